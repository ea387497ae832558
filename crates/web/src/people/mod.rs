//! People and programs that may come in: users, tokens, the way in and what each may change of their own.

pub(crate) mod login;
pub(crate) mod me;
pub(crate) mod setup;
pub(crate) mod tokens;
pub(crate) mod users;

use crate::routes::Routes;

pub(crate) fn declare(routes: Routes) -> Routes {
    [login::declare, setup::declare, me::declare, users::declare, tokens::declare]
        .into_iter()
        .fold(routes, |routes, add| add(routes))
}
