
fn run() {
    sentry::configure_scope(|scope| {
        scope.set_tag("payment", "card");
        scope.set_user(Some(sentry::User { id: Some("ana".into()), ..Default::default() }));
    });
    let transaction = sentry::start_transaction(sentry::TransactionContext::new("read prices", "task"));
    for text in ["ten", "eleven"] {
        if let Err(error) = text.parse::<u32>() {
            sentry::capture_error(&error);
        }
    }
    transaction.finish();
    let prices: Vec<u32> = Vec::new();
    panic!("no price for item {}", prices.len());
}
