/* Loaded before the C library (LD_PRELOAD), this writes down what a program does to the files below one directory,
 * and when it has them forced to disk. From that a test rebuilds what a power cut would have left.
 *
 * POWER_DIR      the directory, without links in its path
 * POWER_JOURNAL  where to write: records as in journal.rs, whole, in the order in which the calls took effect
 * POWER_KILL     NAME:N ends the process (SIGKILL) in the middle of the N-th write to the file of that name
 * POWER_FULL     while this file exists, nothing can be written below the directory: ENOSPC
 *
 * One lock is held over each call and its record, so that their order is the same. A call whose record is missing,
 * as the process was killed in between, counts as one that the power cut undid: nobody had been told of it. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))real(#name, &real_##name))
#define SLOT(name) static void *real_##name
SLOT(open64); SLOT(openat64); SLOT(write); SLOT(writev); SLOT(pwrite64); SLOT(ftruncate64); SLOT(fsync);
SLOT(fdatasync); SLOT(rename); SLOT(unlink); SLOT(link); SLOT(linkat);

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static const char *dir, *full, *kill_name;
static size_t dir_len;
static long kill_at;
static int journal = -1;

static void *real(const char *name, void **slot) {
    if (!*slot) *slot = dlsym(RTLD_NEXT, name);
    return *slot;
}

__attribute__((constructor)) static void begin(void) {
    const char *file = getenv("POWER_JOURNAL"), *kill = getenv("POWER_KILL");
    dir = getenv("POWER_DIR");
    full = getenv("POWER_FULL");
    if (!dir) return;
    dir_len = strlen(dir);
    if (file) journal = REAL(open64)(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (kill && strchr(kill, ':')) {
        char *copy = strdup(kill), *colon = strrchr(copy, ':');
        *colon = 0;
        kill_name = copy;
        kill_at = atol(colon + 1);
    }
}

static int below(const char *path) {
    return dir && strncmp(path, dir, dir_len) == 0 && path[dir_len] == '/';
}

/* The path of a descriptor when it is a regular file with a name below the directory (one without a name does not
 * outlive the process); the shared memory of the write-ahead log is
 * none: it is rebuilt at every start. */
static int watched(int fd, char *path, struct stat *stat) {
    char link[64];
    if (!dir) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    if (length <= 0) return 0;
    path[length] = 0;
    if (!below(path) || fstat(fd, stat) != 0 || !S_ISREG(stat->st_mode) || stat->st_nlink == 0) return 0;
    const char *end = strrchr(path, '-');
    return !(end && strcmp(end, "-shm") == 0);
}

static int no_room(void) { return full && access(full, F_OK) == 0; }

/* op, inode, offset, length of a name, length of data; then both. */
static void note(char op, uint64_t inode, uint64_t offset, const char *name, const struct iovec *data, int parts,
                 size_t length) {
    if (journal < 0) return;
    struct __attribute__((packed)) { char op; uint64_t inode, offset; uint32_t name, data; } head;
    head.op = op, head.inode = inode, head.offset = offset;
    head.name = name ? strlen(name) : 0, head.data = length;
    size_t total = sizeof head + head.name + length;
    char *record = malloc(total), *at = record + sizeof head;
    memcpy(record, &head, sizeof head);
    if (name) at = mempcpy(at, name, head.name);
    for (int i = 0; i < parts && length > 0; i++) {
        size_t part = data[i].iov_len < length ? data[i].iov_len : length;
        at = mempcpy(at, data[i].iov_base, part);
        length -= part;
    }
    if (REAL(write)(journal, record, total) != (ssize_t)total) abort();
    free(record);
}

static int note_opened(int fd, int flags) {
    int saved = errno;
    char path[PATH_MAX];
    struct stat stat;
    if (fd >= 0 && (flags & (O_CREAT | O_TRUNC)) && watched(fd, path, &stat))
        note(flags & O_TRUNC ? 'T' : 'O', stat.st_ino, 0, path + dir_len + 1, NULL, 0, 0);
    errno = saved;
    return fd;
}

#define MODE_OF(flags, mode) \
    do { if ((flags) & (O_CREAT | __O_TMPFILE)) { va_list args; va_start(args, flags); \
         (mode) = va_arg(args, mode_t); va_end(args); } } while (0)

static int opened(int at, const char *path, int flags, mode_t mode) {
    pthread_mutex_lock(&lock);
    int fd = REAL(openat64)(at, path, flags, mode);
    note_opened(fd, flags);
    pthread_mutex_unlock(&lock);
    return fd;
}

int open(const char *path, int flags, ...) { mode_t mode = 0; MODE_OF(flags, mode); return opened(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { mode_t mode = 0; MODE_OF(flags, mode); return opened(AT_FDCWD, path, flags, mode); }
int openat(int at, const char *path, int flags, ...) { mode_t mode = 0; MODE_OF(flags, mode); return opened(at, path, flags, mode); }
int openat64(int at, const char *path, int flags, ...) { mode_t mode = 0; MODE_OF(flags, mode); return opened(at, path, flags, mode); }

/* Half of the fatal write is done, as far as a sector goes, and nobody is told. */
static void perhaps_die(int fd, const char *path, const struct iovec *data, off64_t offset) {
    const char *name = strrchr(path, '/');
    if (!kill_name || strcmp(name + 1, kill_name) != 0 || --kill_at != 0) return;
    size_t half = data[0].iov_len / 2 / 512 * 512;
    if (half > 0 && offset >= 0 && REAL(pwrite64)(fd, data[0].iov_base, half, offset) < 0) abort();
    kill(getpid(), SIGKILL);
}

enum how { PLAIN, VECTOR, PLACED };

static ssize_t written(enum how how, int fd, const struct iovec *data, int parts, off64_t offset) {
    char path[PATH_MAX];
    struct stat stat;
    int ours = watched(fd, path, &stat);
    if (ours && no_room()) { errno = ENOSPC; return -1; }
    if (ours) pthread_mutex_lock(&lock);
    if (ours) perhaps_die(fd, path, data, how == PLACED ? offset : -1);
    ssize_t done = how == PLAIN    ? REAL(write)(fd, data[0].iov_base, data[0].iov_len)
                   : how == VECTOR ? REAL(writev)(fd, data, parts)
                                   : REAL(pwrite64)(fd, data[0].iov_base, data[0].iov_len, offset);
    if (ours) {
        int saved = errno;
        if (done > 0) {
            uint64_t from = how == PLACED ? offset : lseek64(fd, 0, SEEK_CUR) - done;
            note('W', stat.st_ino, from, NULL, data, parts, done);
        }
        pthread_mutex_unlock(&lock);
        errno = saved;
    }
    return done;
}

ssize_t write(int fd, const void *data, size_t length) {
    struct iovec one = {(void *)data, length};
    return written(PLAIN, fd, &one, 1, 0);
}
ssize_t writev(int fd, const struct iovec *data, int parts) { return written(VECTOR, fd, data, parts, 0); }
ssize_t pwrite64(int fd, const void *data, size_t length, off64_t offset) {
    struct iovec one = {(void *)data, length};
    return written(PLACED, fd, &one, 1, offset);
}
ssize_t pwrite(int fd, const void *data, size_t length, off_t offset) { return pwrite64(fd, data, length, offset); }

int ftruncate64(int fd, off64_t length) {
    char path[PATH_MAX];
    struct stat stat;
    int ours = watched(fd, path, &stat);
    if (ours) pthread_mutex_lock(&lock);
    int done = REAL(ftruncate64)(fd, length);
    if (ours) {
        if (done == 0) note('L', stat.st_ino, length, NULL, NULL, 0, 0);
        pthread_mutex_unlock(&lock);
    }
    return done;
}
int ftruncate(int fd, off_t length) { return ftruncate64(fd, length); }

static int forced(int fd, int (*force)(int)) {
    char path[PATH_MAX];
    struct stat stat;
    if (!watched(fd, path, &stat)) return force(fd);
    pthread_mutex_lock(&lock);
    int done = force(fd);
    if (done == 0) note('S', stat.st_ino, 0, NULL, NULL, 0, 0);
    pthread_mutex_unlock(&lock);
    return done;
}
int fsync(int fd) { return forced(fd, REAL(fsync)); }
int fdatasync(int fd) { return forced(fd, REAL(fdatasync)); }

/* Paths as the program gives them; those below the directory are absolute in what is tested. */
static void note_name(char op, const char *from, const char *to) {
    struct iovec other = {(void *)(to ? to + dir_len + 1 : ""), to ? strlen(to + dir_len + 1) : 0};
    note(op, 0, 0, from + dir_len + 1, &other, 1, other.iov_len);
}
int rename(const char *from, const char *to) {
    pthread_mutex_lock(&lock);
    int done = REAL(rename)(from, to);
    if (done == 0 && below(from) && below(to)) note_name('R', from, to);
    pthread_mutex_unlock(&lock);
    return done;
}
int link(const char *from, const char *to) {
    pthread_mutex_lock(&lock);
    int done = REAL(link)(from, to);
    if (done == 0 && below(from) && below(to)) note_name('N', from, to);
    pthread_mutex_unlock(&lock);
    return done;
}
/* What Rust's standard library calls for a hard link. */
int linkat(int from_at, const char *from, int to_at, const char *to, int flags) {
    pthread_mutex_lock(&lock);
    int done = REAL(linkat)(from_at, from, to_at, to, flags);
    if (done == 0 && below(from) && below(to)) note_name('N', from, to);
    pthread_mutex_unlock(&lock);
    return done;
}
int unlink(const char *path) {
    pthread_mutex_lock(&lock);
    int done = REAL(unlink)(path);
    if (done == 0 && below(path)) note_name('U', path, NULL);
    pthread_mutex_unlock(&lock);
    return done;
}
