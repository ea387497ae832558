//! Where a trace is, by its id as clients write it.

/// The page of a trace; none for what is no id of one.
pub(crate) fn address(id: &str) -> Option<String> {
    normalised(id).map(|id| format!("/performance/traces/{id}"))
}

/// 32 hex digits in small letters, as stores have them: clients write hyphens too.
pub(super) fn normalised(id: &str) -> Option<String> {
    let id: String = id.chars().filter(|c| *c != '-').map(|c| c.to_ascii_lowercase()).collect();
    (id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_known_however_it_is_written() {
        let page = Some("/performance/traces/0af7651916cd43dd8448eb211c80319c".to_owned());
        for id in [
            "0af7651916cd43dd8448eb211c80319c",
            "0AF7651916CD43DD8448EB211C80319C",
            "0af76519-16cd-43dd-8448-eb211c80319c",
        ] {
            assert_eq!(address(id), page, "{id}");
        }
        for id in ["", "0af7651916cd43dd", "0af7651916cd43dd8448eb211c80319g", "<script>"] {
            assert_eq!(address(id), None, "{id}");
        }
    }
}
