//! The token endpoint: refresh tokens, and assertions whose RS256 signature is checked.

use super::{Answer, State, TokenRequest};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use model::Timestamp;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use serde_json::Value;
use std::{collections::HashMap, time::Duration};

const LIFETIME: Duration = Duration::from_secs(3599);

/// What an access token allows.
#[derive(Clone)]
pub(super) struct Access {
    pub(super) mailbox: String,
    /// Space-separated; empty when the grant names none, and then everything is allowed.
    pub(super) scope: String,
    expires: Timestamp,
}

impl Access {
    pub(super) fn covers(&self, scopes: &[&str]) -> bool {
        let has = |scope: &&str| self.scope.split(' ').any(|granted| granted.rsplit('/').next() == Some(scope));
        self.scope.is_empty() || scopes.iter().any(has)
    }
}

/// A form of RFC 6749 §6 or RFC 7523 §2.1.
pub(super) fn grant(state: &mut State, form: &[u8]) -> Answer {
    let form: HashMap<String, String> = url::form_urlencoded::parse(form).into_owned().collect();
    let field = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
    let now = state.clock.now();
    let mut request = TokenRequest {
        grant_type: field("grant_type").to_owned(),
        subject: None,
        scope: None,
        granted: false,
        at: now,
    };
    let outcome = match field("grant_type") {
        "refresh_token" => refresh(state, field("client_id"), field("client_secret"), field("refresh_token")),
        "urn:ietf:params:oauth:grant-type:jwt-bearer" => assertion(state, field("assertion"), &mut request),
        other => Err(Answer::oauth_error(400, "unsupported_grant_type", &format!("Invalid grant_type: {other}"))),
    };
    request.granted = outcome.is_ok();
    state.token_requests.push(request);
    match outcome {
        Err(answer) => answer,
        Ok((mailbox, scope)) => {
            let token = format!("ya29.fake-{}", state.next_number());
            state.tokens.insert(token.clone(), Access { mailbox, scope, expires: now + LIFETIME });
            let granted = serde_json::json!({
                "access_token": token, "expires_in": LIFETIME.as_secs(), "token_type": "Bearer"
            });
            Answer::new(200, granted.to_string())
        }
    }
}

/// Whose token this is.
pub(super) fn access(state: &State, authorization: Option<&str>) -> Result<Access, Answer> {
    authorization
        .and_then(|value| value.strip_prefix("Bearer "))
        .and_then(|token| state.tokens.get(token))
        .filter(|access| state.clock.now() < access.expires)
        .cloned()
        .ok_or_else(Answer::invalid_credentials)
}

fn refresh(state: &State, id: &str, secret: &str, token: &str) -> Result<(String, String), Answer> {
    let (client, mailbox) = state.refresh_tokens.get(token).ok_or_else(Answer::invalid_grant)?;
    if (client.0.as_str(), client.1.as_str()) != (id, secret) {
        return Err(Answer::oauth_error(401, "invalid_client", "Unauthorized"));
    }
    Ok((mailbox.clone(), String::new()))
}

fn assertion(state: &State, jwt: &str, request: &mut TokenRequest) -> Result<(String, String), Answer> {
    let invalid = |why: &str| Answer::oauth_error(400, "invalid_grant", why);
    let (signed, signature) = jwt.rsplit_once('.').ok_or_else(|| invalid("Invalid JWT"))?;
    let (header, claims) = signed.split_once('.').ok_or_else(|| invalid("Invalid JWT"))?;
    let (header, claims) = (json(header), json(claims));
    let text = |name: &str| claims[name].as_str().unwrap_or_default().to_owned();
    request.subject = Some(text("sub"));
    request.scope = Some(text("scope"));

    let key = state.service_accounts.get(&text("iss")).ok_or_else(|| invalid("Invalid grant: account not found"))?;
    let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| invalid("Invalid JWT Signature."))?;
    let is_signed = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key).verify(signed.as_bytes(), &signature);
    if header["alg"] != "RS256" || is_signed.is_err() {
        return Err(invalid("Invalid JWT Signature."));
    }
    if text("aud") != format!("http://{}/token", state.address) {
        return Err(invalid("Invalid JWT: audience"));
    }
    let now = state.clock.now().as_micros() / 1_000_000;
    let (issued, expires) = (claims["iat"].as_i64().unwrap_or(0), claims["exp"].as_i64().unwrap_or(0));
    if issued > now || expires <= now || expires - issued > 3600 {
        return Err(invalid(
            "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe.",
        ));
    }
    if !text("sub").contains('@') {
        return Err(Answer::oauth_error(
            401,
            "unauthorized_client",
            "Client is unauthorized to retrieve access tokens.",
        ));
    }
    Ok((text("sub"), text("scope")))
}

fn json(part: &str) -> Value {
    URL_SAFE_NO_PAD.decode(part).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or(Value::Null)
}
