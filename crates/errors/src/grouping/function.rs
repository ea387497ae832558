//! Names of functions, without what compilers, engines and builds put around them.

use super::file;
use crate::event::{Frame, Platform};
use regex::Regex;
use std::sync::LazyLock;

/// What counts of a frame's function; none where it has no name that says anything.
pub(super) fn named(frame: &Frame, platform: Platform) -> Option<String> {
    let function = frame.function.as_deref()?.trim();
    let name = match platform {
        Platform::JavaScript => java_script(function),
        Platform::Python => python(function),
        Platform::Java => java(function),
        Platform::Go => go(function),
        Platform::Php => php(function),
        Platform::Ruby => ruby(function),
        Platform::DotNet => dot_net(function, frame.module.as_deref().unwrap_or_default()),
        Platform::Native => native(function),
        Platform::Other => file::without_hex(function),
    };
    (!matches!(name.as_str(), "" | "?" | "<unknown>" | "<anonymous>" | "unknown")).then_some(name)
}

/// Comprehensions are frames of their own up to Python 3.11, and part of their function from 3.12 on (PEP 709).
pub(super) fn is_inlined(function: Option<&str>, platform: Platform) -> bool {
    let name = function.unwrap_or_default().rsplit('.').next().unwrap_or_default();
    platform == Platform::Python && matches!(name, "<listcomp>" | "<dictcomp>" | "<setcomp>")
}

/// The last name, which all engines agree on: `async Object.load [as handler]` is `load`, as is `Orders/load<`.
fn java_script(function: &str) -> String {
    const NAMELESS: &[&str] = &[
        "anonymous",
        "<anonymous>",
        "(anonymous)",
        "anonymous function",
        "(anonymous function)",
        "global code",
        "eval code",
        "module code",
        "async module code",
        "eval",
        "<computed>",
        "<instance_members_initializer>",
        "<static_initializer>",
        "?",
    ];
    let name = function.split(" [as ").next().unwrap_or(function);
    let name = name.split(" (").next().unwrap_or(name).trim();
    if NAMELESS.contains(&name.to_ascii_lowercase().as_str()) {
        return String::new();
    }
    let name = ["async ", "async*", "new ", "get ", "set ", "function "]
        .iter()
        .fold(name, |name, word| name.strip_prefix(word).unwrap_or(name));
    let name = name.trim_end_matches(['<', '/', '(', ')']);
    let last = name.rsplit(['.', '/', '~', ' ']).next().unwrap_or(name).trim_start_matches('#');
    // Bundlers number names that they have twice: `load$1`.
    let bare = last.trim_end_matches(|c: char| c.is_ascii_digit());
    let last = if bare.len() < last.len() {
        bare.strip_suffix('$').filter(|bare| !bare.is_empty()).unwrap_or(last)
    } else {
        last
    };
    if NAMELESS.contains(&last.to_ascii_lowercase().as_str()) { String::new() } else { last.to_owned() }
}

/// Without the functions around it: `outer.<locals>.inner`.
fn python(function: &str) -> String {
    function.rsplit("<locals>.").next().unwrap_or(function).to_owned()
}

/// `lambda$main$0` is `lambda$main`: the number is how many stand before it.
fn java(function: &str) -> String {
    if function.starts_with("$r8$lambda$") {
        return "$r8$lambda".to_owned();
    }
    let stem = function.trim_end_matches(|c: char| c.is_ascii_digit());
    match stem.strip_suffix(['$', '-']) {
        Some(stem) if stem.len() + 1 < function.len() && !stem.is_empty() => stem.to_owned(),
        _ => function.to_owned(),
    }
}

/// Closures are numbered, type parameters are the caller's: `Map[...].func2.1` is `Map.func`.
fn go(function: &str) -> String {
    static CLOSURE: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"(?:\.{1,2}func\d+|\.gowrap\d+|\.\d+|-fm|-range\d+)+$").ok());
    let name = without_brackets(function, '[', ']');
    match CLOSURE.as_ref().and_then(|closure| closure.find(&name)) {
        Some(found) if found.as_str().contains("func") => format!("{}.func", &name[..found.start()]),
        Some(found) => name[..found.start()].to_owned(),
        None => name,
    }
}

/// `class@anonymous` with the path that PHP puts behind it; `{closure:/srv/x.php:12}`, as PHP 8.4 says it.
fn php(function: &str) -> String {
    let closure = match function.split_once("{closure") {
        Some((before, _)) => format!("{before}{{closure}}"),
        None => function.to_owned(),
    };
    let name = match closure.split_once("@anonymous") {
        Some((class, rest)) => {
            let method = rest.rsplit_once("::").map(|(_, method)| format!("::{method}")).unwrap_or_default();
            format!("{class}@anonymous{method}")
        }
        None => closure,
    };
    // PHP 8.4 writes the function around a closure into it; older ones its namespace before it.
    let name = if name.ends_with("{closure}") { "{closure}".to_owned() } else { name };
    file::without_hex(&name)
}

/// The method: `block (2 levels) in show`, `OrdersController#show` from Ruby 3.4 on, numbered templates.
fn ruby(function: &str) -> String {
    let name = function.rsplit(" in ").next().unwrap_or(function);
    if name.starts_with('<') {
        return name.to_owned();
    }
    let name = name.rsplit(['#', '.']).next().unwrap_or(name);
    let template = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '_');
    if name.starts_with("_app_") { template.to_owned() } else { name.to_owned() }
}

/// The method that people wrote: of a state machine, a lambda or a local function the one it stands in.
fn dot_net(function: &str, module: &str) -> String {
    static GENERATED: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"<([\w.]+)>(?:d__\d*|b__[\d_]*|g__(\w+)\|[\d_]*)").ok());
    let generated = GENERATED.as_ref().and_then(|generated| {
        let nested = if function.starts_with("MoveNext") { module } else { function };
        generated.captures_iter(nested).last()
    });
    if let Some(found) = generated {
        return match (&found[0], found.get(2)) {
            (_, Some(local)) => format!("{}.{}", &found[1], local.as_str()),
            (whole, None) if whole.contains(">b__") => format!("{}.lambda", &found[1]),
            (_, None) => found[1].to_owned(),
        };
    }
    // A signature, as of enhanced stack traces: `async Task<Order> Orders.PlaceAsync(int id)`.
    let name = without_brackets(&without_brackets(function, '<', '>'), '[', ']');
    // A tuple is returned: `(int, string) Orders.Split(…)`.
    let name = name.strip_prefix('(').and_then(|rest| Some(rest.split_once(") ")?.1)).unwrap_or(&name);
    let name = name.split('(').next().unwrap_or(name);
    let name = name.split('`').next().unwrap_or(name).trim();
    let name = name.rsplit(' ').next().unwrap_or(name);
    name.rsplit('.').next().unwrap_or(name).to_owned()
}

/// Without types, arguments, hashes and the numbers of closures: `<shop::Cart as Drop>::drop::h0123…` is
/// `shop::Cart::drop`.
fn native(function: &str) -> String {
    static NUMBERED: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"::h[0-9a-f]{16}$|\.llvm\.\d+|\.(?:isra|part|constprop|cold)(?:\.\d+)?|\[clone [^\]]*\]|#\d+").ok()
    });
    let name = NUMBERED.as_ref().map_or(function.into(), |numbered| numbered.replace_all(function, ""));
    let name = name.replace("(anonymous namespace)", "{anonymous}").replace("{{closure}}", "{closure}");
    let name = match implemented(&name) {
        Some(name) => name,
        None => name,
    };
    if name.starts_with("-[") || name.starts_with("+[") || name.contains("operator") {
        return name;
    }
    let name = without_brackets(&name, '<', '>').replace("::::", "::");
    let name = name.split('(').next().unwrap_or(&name).trim().trim_end_matches("::");
    name.rsplit(' ').next().unwrap_or(name).to_owned()
}

/// `<A as B>::rest` is `A::rest`.
fn implemented(name: &str) -> Option<String> {
    let inner = name.strip_prefix('<')?;
    let mut depth = 1;
    let end = inner.char_indices().find_map(|(at, c)| {
        match c {
            '<' => depth += 1,
            '>' if !inner[..at].ends_with('-') => depth -= 1,
            _ => {}
        }
        (depth == 0).then_some(at)
    })?;
    let kind = inner[..end].split(" as ").next().unwrap_or_default();
    Some(format!("{kind}{}", &inner[end + 1..]))
}

/// `name` without what stands between brackets, however deep; those that are not closed stay.
fn without_brackets(name: &str, open: char, close: char) -> String {
    let mut clean = String::with_capacity(name.len());
    let mut opened: Vec<usize> = Vec::new();
    for c in name.chars() {
        match c {
            c if c == open => {
                opened.push(clean.len());
                clean.push(c);
            }
            // `Fn() -> T` opens nothing.
            c if c == close && !opened.is_empty() && !(c == '>' && clean.ends_with('-')) => {
                if let Some(start) = opened.pop() {
                    clean.truncate(start);
                }
            }
            c => clean.push(c),
        }
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(platform: Platform, cases: &[(&str, &str)]) {
        for (function, expected) in cases {
            let frame = Frame { function: Some((*function).to_owned()), ..Frame::default() };
            assert_eq!(named(&frame, platform).as_deref().unwrap_or_default(), *expected, "{function}");
        }
    }

    #[test]
    fn engines_agree_on_names_of_java_script() {
        check(
            Platform::JavaScript,
            &[
                ("price", "price"),
                ("Object.price", "price"),
                ("async Orders.load [as handler]", "load"),
                ("new Orders", "Orders"),
                ("Orders.prototype.load", "load"),
                ("Orders/load<", "load"),
                ("Orders/this.load", "load"),
                ("Array.map", "map"),
                ("async Promise.all (index 0)", "all"),
                ("HTMLButtonElement.<anonymous>", ""),
                ("Object.<anonymous>", ""),
                ("?", ""),
                ("global code", ""),
                ("load$1", "load"),
                ("$", "$"),
                ("#load", "load"),
            ],
        );
    }

    #[test]
    fn what_compilers_make_is_taken_off() {
        check(Platform::Python, &[("view", "view"), ("deco.<locals>.wrapper", "wrapper"), ("<lambda>", "<lambda>")]);
        check(
            Platform::Java,
            &[("lambda$main$0", "lambda$main"), ("run", "run"), ("access$000", "access"), ("md5", "md5")],
        );
        check(
            Platform::Go,
            &[
                ("(*Server).Serve", "(*Server).Serve"),
                ("main.func1", "main.func"),
                ("handler.func2.1", "handler.func"),
                ("glob..func3", "glob.func"),
                ("Map[...]", "Map"),
                ("Serve-fm", "Serve"),
            ],
        );
        check(
            Platform::Php,
            &[
                ("App\\Orders::price", "App\\Orders::price"),
                ("App\\{closure}", "{closure}"),
                ("{closure:App\\Orders::price():12}", "{closure}"),
                ("class@anonymous\0/srv/x.php:12$0::run", "class@anonymous::run"),
                ("__TwigTemplate_3fa9b2c4d5e6f708::doDisplay", "__TwigTemplate_::doDisplay"),
            ],
        );
    }

    #[test]
    fn numbers_and_signatures_are_taken_off() {
        check(
            Platform::Ruby,
            &[
                ("block (2 levels) in show", "show"),
                ("OrdersController#show", "show"),
                ("block in OrdersController#show", "show"),
                ("rescue in price", "price"),
                ("<main>", "<main>"),
                ("_app_views_orders_show_html_erb__1234567_89", "_app_views_orders_show_html_erb"),
            ],
        );
        check(
            Platform::DotNet,
            &[
                ("Index", "Index"),
                (".ctor", "ctor"),
                ("<Main>b__0_1", "Main.lambda"),
                ("<>c__DisplayClass3_0.<Place>b__0", "Place.lambda"),
                ("<Main>g__Local|0_0", "Main.Local"),
                ("<PlaceAsync>d__12.MoveNext", "PlaceAsync"),
                ("async Task<Order> Orders.PlaceAsync(int id)", "PlaceAsync"),
                ("async Task<(int, string)> Orders.Split(int id)", "Split"),
                ("(int a, string b) Orders.Split(int id)", "Split"),
                ("Find`1", "Find"),
            ],
        );
        check(
            Platform::Native,
            &[
                ("shop::cart::price", "shop::cart::price"),
                ("shop::cart::price::h0123456789abcdef", "shop::cart::price"),
                ("shop::cart::price::{{closure}}", "shop::cart::price::{closure}"),
                ("shop::cart::price::{closure#3}", "shop::cart::price::{closure}"),
                ("<shop::Cart<T> as core::ops::Drop>::drop", "shop::Cart::drop"),
                ("core::result::Result<T,E>::unwrap", "core::result::Result::unwrap"),
                ("void shop::run<int>(std::vector<int> const&)", "shop::run"),
                ("(anonymous namespace)::run(int)", "{anonymous}::run"),
                ("run.part.0", "run"),
                ("shop::run::<fn() -> i32, &dyn Fn(i32) -> i32>", "shop::run"),
                (
                    "<&dyn core::ops::Fn<(), Output = i32> + Sync as core::ops::FnOnce<()>>::call_once",
                    "Sync::call_once",
                ),
                ("-[Cart price:]", "-[Cart price:]"),
            ],
        );
    }

    #[test]
    fn the_module_says_whose_state_machine_it_is() {
        let frame = Frame {
            module: Some("Shop.Orders+<PlaceAsync>d__12".to_owned()),
            function: Some("MoveNext".to_owned()),
            ..Frame::default()
        };
        assert_eq!(named(&frame, Platform::DotNet).as_deref(), Some("PlaceAsync"));
    }
}
