//! The sub-path under which a proxy leads here, as `/vigie` of `https://example.org/vigie/`. Inside there is none: routes, handlers
//! and pages speak of `/jobs`. It is taken off what comes in and put before what goes out, both here, so that a page that is added
//! need not know of it. What is told to others in full (links in messages, addresses of clients) begins with
//! [`crate::Ctx::origin`], which has it.

use crate::Ctx;
use axum::{
    Router,
    body::{Body, to_bytes},
    extract::Request,
    http::{
        HeaderMap, HeaderValue, Uri, header,
        uri::{Parts, PathAndQuery},
    },
    response::{IntoResponse as _, Response},
};
use std::fmt;
use tower::ServiceExt as _;

const CHARS_MAX: usize = 100;
/// Pages of ours; the longest hold some thousands of rows.
const PAGE_BYTES_MAX: usize = 64 << 20;
/// The attributes of our pages that hold addresses.
const ADDRESSES: [&str; 7] = ["href", "src", "action", "formaction", "data-live", "data-follow", "data-address"];
/// Where routes begin: a proxy may take the sub-path off or leave it, and both must mean the same.
const TAKEN: &str = "_bulk accounts alerts api audit audit.csv auto-sync celery checks configurations core diagnoses \
     elasticsearch enter events explore feedback flower health healthz help issues jobs login logout logs \
     loki mailings me messages metrics performance ping progress.js progress_polling.js projects readyz \
     releases report schedules search setup sources static status status-page system tokens traces users \
     v1 vigie.py workers";

/// Empty, or `/` and names: `/vigie`, `/tools/vigie`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BasePath(String);

impl fmt::Display for BasePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl BasePath {
    /// Reads what is written: `/vigie`, `/vigie/`; `/` is none. `None` where it cannot be one, or is where routes are.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let path = text.strip_suffix('/').unwrap_or(text);
        if path.is_empty() {
            return Some(Self::default());
        }
        let names = path.strip_prefix('/')?;
        let is_name = |name: &str| {
            let is_plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte));
            is_plain && !matches!(name, "" | "." | "..")
        };
        let first = names.split('/').next().unwrap_or_default();
        let is_taken = TAKEN.split(' ').any(|taken| taken == first);
        let is_good = path.len() <= CHARS_MAX && names.split('/').all(is_name) && !is_taken;
        is_good.then(|| Self(path.to_owned()))
    }

    fn is_none(&self) -> bool {
        self.0.is_empty()
    }

    /// The address without it, where it is there: a proxy may have taken it off before.
    fn taken_off(&self, uri: &Uri) -> Option<Uri> {
        let rest = uri.path_and_query()?.as_str().strip_prefix(&self.0)?;
        let rest = match rest.bytes().next() {
            None => PathAndQuery::from_static("/"),
            Some(b'/') => rest.parse().ok()?,
            Some(b'?') => format!("/{rest}").parse().ok()?,
            Some(_) => return None,
        };
        let mut parts: Parts = uri.clone().into_parts();
        parts.path_and_query = Some(rest);
        Uri::from_parts(parts).ok()
    }

    /// The router, under the sub-path and without it. Around everything: routes are found by what is left.
    pub(crate) fn around(&self, router: Router) -> Router {
        if self.is_none() {
            return router;
        }
        let base = self.clone();
        Router::new().fallback_service(router.map_request(move |mut request: Request| {
            if let Some(uri) = base.taken_off(request.uri()) {
                *request.uri_mut() = uri;
            }
            request
        }))
    }

    /// A path of ours as browsers ask for it; what leads elsewhere stays.
    fn before(&self, address: &str) -> Option<String> {
        is_ours(address).then(|| format!("{}{address}", self.0))
    }

    fn in_headers(&self, headers: &mut HeaderMap) {
        let location = headers.get(header::LOCATION).and_then(|to| to.to_str().ok()).and_then(|to| self.before(to));
        if let Some(location) = location.and_then(|to| HeaderValue::try_from(to).ok()) {
            headers.insert(header::LOCATION, location);
        }
        let header::Entry::Occupied(mut cookies) = headers.entry(header::SET_COOKIE) else { return };
        for cookie in cookies.iter_mut() {
            let Some((first, path)) = cookie.to_str().ok().and_then(|text| text.split_once("; Path=/")) else {
                continue;
            };
            // `Path=/vigie` holds for `/vigie` and for all below it (RFC 6265 §5.1.4).
            let between = if path.is_empty() || path.starts_with(';') { "" } else { "/" };
            if let Ok(value) = HeaderValue::try_from(format!("{first}; Path={}{between}{path}", self.0)) {
                *cookie = value;
            }
        }
    }

    /// A page of ours, whose addresses are in quotes.
    pub(crate) fn in_page(&self, html: &str) -> String {
        let mut page = String::with_capacity(html.len() + html.len() / 8);
        let mut rest = html;
        while let Some(at) = rest.find('<') {
            let (before, tag) = rest.split_at(at);
            page.push_str(before);
            rest = if tag.starts_with("<!--") {
                let end = tag.find("-->").map_or(tag.len(), |end| end + 3);
                page.push_str(&tag[..end]);
                &tag[end..]
            } else if tag.as_bytes().get(1).is_some_and(u8::is_ascii_alphabetic) {
                self.in_tag(tag, &mut page)
            } else {
                page.push('<');
                &tag[1..]
            };
        }
        page.push_str(rest);
        page
    }

    /// Writes the tag at the beginning, and gives what follows it.
    fn in_tag<'a>(&self, tag: &'a str, page: &mut String) -> &'a str {
        let mut rest = tag;
        loop {
            // Up to the end, or to the value of an attribute.
            let Some(stop) = rest.find(['>', '"', '\'']) else {
                page.push_str(rest);
                return "";
            };
            let (before, from) = rest.split_at(stop);
            page.push_str(before);
            let quote = &from[..1];
            page.push_str(quote);
            if quote == ">" {
                return &from[1..];
            }
            let value = &from[1..];
            let end = value.find(quote).unwrap_or(value.len());
            let name = before.trim_end().strip_suffix('=').map_or("", |before| last_word(before.trim_end()));
            if ADDRESSES.contains(&name) && is_ours(&value[..end]) {
                page.push_str(&self.0);
            }
            let after = (end + 1).min(value.len());
            page.push_str(&value[..after]);
            rest = &value[after..];
        }
    }
}

fn is_ours(address: &str) -> bool {
    address.starts_with('/') && !address.starts_with("//")
}

fn last_word(text: &str) -> &str {
    text.rsplit(|c: char| c.is_ascii_whitespace()).next().unwrap_or(text)
}

/// Puts the sub-path before what leads here. Foreign pages, which come with a policy of their own, stay as they are.
pub(crate) async fn put_before(ctx: &Ctx, response: Response) -> Response {
    let base = &ctx.app.base_path;
    if base.is_none() {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    base.in_headers(&mut parts.headers);
    let is_page = parts.headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if !is_page || parts.headers.contains_key(header::CONTENT_SECURITY_POLICY) {
        return Response::from_parts(parts, body);
    }
    let Ok(bytes) = to_bytes(body, PAGE_BYTES_MAX).await else {
        tracing::error!(bytes_max = PAGE_BYTES_MAX, "a page is too long to be served under a sub-path");
        return crate::problem::Problem::internal(&"a page is too long").into_response();
    };
    parts.headers.remove(header::CONTENT_LENGTH);
    let body = match std::str::from_utf8(&bytes) {
        Ok(html) => Body::from(base.in_page(html)),
        Err(_) => Body::from(bytes),
    };
    Response::from_parts(parts, body)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        App,
        testing::{Site, send},
    };
    use axum::http::StatusCode;

    fn base(text: &str) -> BasePath {
        BasePath::parse(text).unwrap_or_else(|| panic!("{text}"))
    }

    #[test]
    fn what_can_be_a_sub_path() {
        for (text, path) in [("/vigie", "/vigie"), ("/vigie/", "/vigie"), ("/a/b-c.d", "/a/b-c.d"), ("/", ""), ("", "")]
        {
            assert_eq!(base(text).to_string(), path, "{text}");
        }
        let long = format!("/{}", "a".repeat(CHARS_MAX));
        for text in
            ["vigie", "//", "//vigie", "/vigie//", "/a/../b", "/./a", "/é", "/a b", "/a\"", "/jobs", "/api/x", &long]
        {
            assert_eq!(BasePath::parse(text), None, "{text}");
        }
    }

    #[test]
    fn no_route_lies_where_a_sub_path_could() {
        let routes = include_str!("../tests/routes.txt");
        let firsts = routes.lines().filter_map(|line| line.split_whitespace().nth(1)?.split('/').nth(1));
        for first in firsts.filter(|first| !first.is_empty() && !first.starts_with('{')) {
            assert_eq!(BasePath::parse(&format!("/{first}")), None, "{first} is to be added to TAKEN");
        }
    }

    #[test]
    fn it_is_taken_off_where_it_is() {
        let base = base("/vigie");
        let off = |uri: &'static str| base.taken_off(&Uri::from_static(uri)).map(|uri| uri.to_string());
        assert_eq!(off("/vigie"), Some("/".into()));
        assert_eq!(off("/vigie?a=/b"), Some("/?a=/b".into()));
        assert_eq!(off("/vigie/jobs?q=a%20b"), Some("/jobs?q=a%20b".into()));
        assert_eq!(off("http://a.example/vigie/"), Some("http://a.example/".into()));
        assert_eq!(off("/vigie//evil.example"), Some("//evil.example".into()), "handled as without a sub-path");
        for uri in ["/jobs", "/vigiex", "/", "/jobs/vigie"] {
            assert_eq!(off(uri), None, "{uri}");
        }
    }

    #[test]
    fn a_page_leads_below_it() {
        let page = base("/vigie").in_page(
            "<!doctype html><!-- <a href=\"/c\"> --><link rel=\"stylesheet\" href=\"/static/vigie.css\"><p>1 < 2 href=\"/text\"\
             <a class=\"a>b\" href='/jobs?a=1&#38;b=2'>é</a><a data-href=\"/x\" href = \"/\">a</a><a href=\"//evil.example\">b</a>\
             <a href=\"https://a.example/\">c</a><a href=\"?top\">d</a><form action=\"/login\"><input value=\"/jobs\">\
             <button formaction=\"/jobs/1\"></button></form><svg><use href=\"/static/icons.svg#play\"/></svg><img src=\"/a",
        );
        insta::assert_snapshot!(page, @r#"<!doctype html><!-- <a href="/c"> --><link rel="stylesheet" href="/vigie/static/vigie.css"><p>1 < 2 href="/text"<a class="a>b" href='/vigie/jobs?a=1&#38;b=2'>é</a><a data-href="/x" href = "/vigie/">a</a><a href="//evil.example">b</a><a href="https://a.example/">c</a><a href="?top">d</a><form action="/vigie/login"><input value="/jobs"><button formaction="/vigie/jobs/1"></button></form><svg><use href="/vigie/static/icons.svg#play"/></svg><img src="/vigie/a"#);
    }

    #[test]
    fn redirects_and_cookies_lead_below_it() {
        let mut headers = HeaderMap::new();
        for cookie in ["a=1; Path=/; HttpOnly", "b=2; Path=/login; Max-Age=1", "c=3", "d=4; Path=/"] {
            headers.append(header::SET_COOKIE, HeaderValue::from_static(cookie));
        }
        for (to, leads) in
            [("/", "/vigie/"), ("/jobs?x=/", "/vigie/jobs?x=/"), ("//a", "//a"), ("https://a/", "https://a/")]
        {
            headers.insert(header::LOCATION, HeaderValue::from_static(to));
            let mut told = headers.clone();
            base("/vigie").in_headers(&mut told);
            assert_eq!(told[header::LOCATION], leads);
            let cookies: Vec<_> =
                told.get_all(header::SET_COOKIE).iter().map(|cookie| cookie.to_str().unwrap()).collect();
            let wanted = ["a=1; Path=/vigie; HttpOnly", "b=2; Path=/vigie/login; Max-Age=1", "c=3", "d=4; Path=/vigie"];
            assert_eq!(cookies, wanted);
        }
    }

    #[tokio::test]
    async fn pages_are_answered_below_it_and_where_a_proxy_has_taken_it_off() {
        let site = Site::new().await;
        let router = crate::router(App { base_path: base("/vigie"), ..site.app.clone() });
        for path in ["/vigie/login", "/login"] {
            let page = send(&router, "GET", path, &[], "").await;
            assert_eq!(page.status, StatusCode::OK, "{path}");
            for address in ["href=\"/vigie/static/vigie.css\"", "action=\"/vigie/login\""] {
                assert!(page.text.contains(address), "{path}: {address}: {}", page.text);
            }
        }
        let described = send(&router, "GET", "/vigie/api/openapi.json", &[], "").await.json();
        assert_eq!(described["servers"][0]["url"], "/vigie");
        assert_eq!(send(&router, "GET", "/vigiex/login", &[], "").await.status, StatusCode::NOT_FOUND);
    }
}
