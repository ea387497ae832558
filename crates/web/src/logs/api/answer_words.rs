//! In which language an answer says what it has to say: that of the API, which is English, unless French is asked for.

use super::rows;
use crate::{
    Ctx,
    logs::told,
    words::{Words, preferred},
};
use ::language::Language;
use api::logs::QueryProblem;
use axum::{extract::FromRequestParts, http::request::Parts};
use logs::search::ResolvedSearch;
use std::convert::Infallible;
use telemetry::query::{self, Partial, language};

/// The words of the pages where `Accept-Language` asks for French.
pub(super) struct AnswerWords(Option<Words>);

impl FromRequestParts<Ctx> for AnswerWords {
    type Rejection = Infallible;
    async fn from_request_parts(parts: &mut Parts, ctx: &Ctx) -> Result<Self, Infallible> {
        let language = preferred(&parts.headers);
        Ok(Self((language == Language::French).then(|| Words { language, zone: ctx.app.zone.clone() })))
    }
}

impl AnswerWords {
    /// What part of a query was not understood.
    pub(super) fn problems(&self, search: &ResolvedSearch) -> Vec<QueryProblem> {
        search.problems.iter().map(|problem| self.problem(problem)).collect()
    }

    fn problem(&self, problem: &query::Problem) -> QueryProblem {
        let said = match &self.0 {
            Some(words) => {
                let (what, remedy) = told::fault(words, &problem.fault);
                format!("{what} – {remedy}")
            }
            None => problem.to_string(),
        };
        QueryProblem { from: problem.at.start, to: problem.at.end, problem: said }
    }

    /// What the answer does not hold.
    pub(super) fn left_out(&self, partial: &[Partial]) -> Vec<String> {
        self.0.as_ref().map_or_else(|| rows::left_out(partial), |words| told::left_out(words, partial))
    }

    /// What is doubtful about a part of a query, and what may have been meant; `None` where the API has words of its own.
    pub(super) fn hint(&self, hint: &language::Hint) -> Option<String> {
        let words = self.0.as_ref()?;
        let meant = hint
            .instead
            .as_ref()
            .map(|instead| format!(" {} `{instead}`{}", words.t("doubt-meant"), words.t("doubt-meant-end")));
        Some(format!("`{}` – {}{}", hint.part, told::doubt(words, &hint.why), meant.unwrap_or_default()))
    }
}
