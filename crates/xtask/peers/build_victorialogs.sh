#!/bin/sh
# Builds VictoriaLogs for the benches, as `FOLDER/victoria-logs`: from the sources of VictoriaMetrics 1.112 that Debian keeps, in a
# Debian of its own, because the project's binaries are in no package registry. Takes root, debootstrap, 2.5 GB and some five minutes.
set -eu
folder=${1:?usage: sudo sh build_victorialogs.sh target/peers}
mirror=http://deb.debian.org/debian
mkdir -p "$folder"
root=$(mktemp -d)
ends() {
    umount "$root/dev" "$root/proc" 2>/dev/null || true
    rm -rf --one-file-system "$root"
}
trap ends EXIT
debootstrap --variant=minbase trixie "$root" "$mirror" >/dev/null
printf 'deb %s trixie main\ndeb-src %s trixie main\n' "$mirror" "$mirror" >"$root/etc/apt/sources.list"
cp /etc/resolv.conf "$root/etc/resolv.conf"
mount -t proc proc "$root/proc"
mount --bind /dev "$root/dev"
chroot "$root" sh -eu <<'INSIDE'
export DEBIAN_FRONTEND=noninteractive GO111MODULE=off GOPATH=/root/go:/usr/share/gocode
apt-get -qq update
apt-get -qq -y build-dep victoriametrics >/dev/null
cd /root
apt-get -qq source victoriametrics >/dev/null
mkdir -p go/src/github.com/VictoriaMetrics
mv victoriametrics-*/ go/src/github.com/VictoriaMetrics/VictoriaMetrics
cd go/src/github.com/VictoriaMetrics/VictoriaMetrics
go build -o /root/victoria-logs ./app/victoria-logs
INSIDE
install -m 755 "$root/root/victoria-logs" "$folder/victoria-logs"
