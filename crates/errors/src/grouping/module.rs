//! Names of modules and classes, without what is made anew in each process or build.

use super::file;
use crate::event::Platform;
use regex::Regex;
use std::sync::LazyLock;

/// What counts of a module's name; none where it says nothing.
pub(super) fn trimmed(module: &str, platform: Platform) -> Option<String> {
    let name = match platform {
        // Whatever was started is called that.
        Platform::Python if module == "__main__" => return None,
        Platform::Java => generated_classes(module),
        Platform::DotNet => dot_net(module),
        Platform::JavaScript => file::without_build_hashes(module),
        Platform::Go => module.split('@').next().unwrap_or(module).to_owned(),
        _ => module.to_owned(),
    };
    (!matches!(name.as_str(), "" | "<unknown>" | "<unknown module>" | "<anonymous>" | "?")).then_some(name)
}

/// Proxies, lambdas and accessors, which are numbered as they are made: cut where the generated part begins.
fn generated_classes(module: &str) -> String {
    static GENERATED: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(
            r"(?x) \$\$(?:Lambda|EnhancerBy|FastClassBy|SpringCGLIB|EnhancerByGuice|_javassist|Nest|ExternalSyntheticLambda)
            | _\$\$_ | \$HibernateProxy\$ | \$ByteBuddy\$ | \$MockitoMock\$ | \$Subclass\d | _ClientProxy\b | \$\$InlineLambda | _Accessor_ ",
        )
        .ok()
    });
    let start =
        GENERATED.as_ref().and_then(|generated| generated.find(module)).map_or(module.len(), |found| found.start());
    let mut name = module[..start].trim_end_matches(['$', '.']).to_owned();
    if start < module.len() {
        name.push_str("$generated");
    }
    // `$Proxy42`, `GeneratedMethodAccessor123`, `Outer$3`: the number is when it was made, or how many stand before it.
    without_trailing_numbers(&name)
}

fn without_trailing_numbers(name: &str) -> String {
    let numbered = [
        "Proxy",
        "GeneratedMethodAccessor",
        "GeneratedConstructorAccessor",
        "GeneratedSerializationConstructorAccessor",
        "$_closure",
        "$",
    ];
    let stem = name.trim_end_matches(|c: char| c.is_ascii_digit());
    if stem.len() < name.len() && numbered.iter().any(|end| stem.ends_with(end)) {
        stem.to_owned()
    } else {
        name.to_owned()
    }
}

/// Up to the class that people wrote: compilers nest theirs in it as `+<Name>d__3`; without assembly and arity.
fn dot_net(module: &str) -> String {
    let class = module.split(',').next().unwrap_or(module);
    let class = class.split("+<").next().unwrap_or(class);
    let class = class.split('[').next().unwrap_or(class);
    let class = class.split('<').next().unwrap_or(class);
    let mut name = String::with_capacity(class.len());
    let mut pieces = class.split('`');
    name.push_str(pieces.next().unwrap_or_default());
    pieces.for_each(|piece| name.push_str(piece.trim_start_matches(|c: char| c.is_ascii_digit())));
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_made_anew_is_cut() {
        for (platform, module, expected) in [
            (Platform::Python, "shop.views", Some("shop.views")),
            (Platform::Python, "__main__", None),
            (Platform::Java, "com.acme.OrderService", Some("com.acme.OrderService")),
            (
                Platform::Java,
                "com.acme.OrderService$$Lambda$14/0x0000000840066840",
                Some("com.acme.OrderService$generated"),
            ),
            (
                Platform::Java,
                "com.acme.OrderService$$EnhancerBySpringCGLIB$$3f1ab2c4",
                Some("com.acme.OrderService$generated"),
            ),
            (Platform::Java, "com.acme.OrderService$$SpringCGLIB$$0", Some("com.acme.OrderService$generated")),
            (Platform::Java, "com.acme.Order_$$_jvst4f_2", Some("com.acme.Order$generated")),
            (Platform::Java, "jdk.proxy2.$Proxy142", Some("jdk.proxy2.$Proxy")),
            (
                Platform::Java,
                "jdk.internal.reflect.GeneratedMethodAccessor91",
                Some("jdk.internal.reflect.GeneratedMethodAccessor"),
            ),
            (Platform::Java, "com.acme.Main$1", Some("com.acme.Main$")),
            (Platform::Java, "com.acme.Sha256", Some("com.acme.Sha256")),
            (Platform::DotNet, "Shop.Orders+<PlaceAsync>d__12", Some("Shop.Orders")),
            (Platform::DotNet, "Shop.Orders+<>c__DisplayClass3_0", Some("Shop.Orders")),
            (Platform::DotNet, "Shop.Repository`1[[Shop.Order, Shop, Version=1.0.0.0]]", Some("Shop.Repository")),
            (Platform::Go, "github.com/gin-gonic/gin@v1.9.1", Some("github.com/gin-gonic/gin")),
            (Platform::JavaScript, "express.lib.router:layer", Some("express.lib.router:layer")),
            (Platform::JavaScript, "main-4f3a2b1c", Some("main")),
            (Platform::Php, "", None),
        ] {
            assert_eq!(trimmed(module, platform).as_deref(), expected, "{module}");
        }
    }
}
