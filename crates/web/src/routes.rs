//! Declares routes. A route is added with its access and its description in one breath, so that none can be served
//! without a decision on who may use it, nor be missing in the OpenAPI document.

use crate::{
    BasePath, Ctx,
    auth::{self, Access, Audit},
    serve::time_limit::within_time,
};
use axum::{
    Router,
    extract::{DefaultBodyLimit, Request},
    handler::Handler,
    response::Response,
    routing::{MethodFilter, on, options},
};
use std::{marker::PhantomData, pin::Pin, sync::Arc};
use utoipa::{
    IntoParams, ToSchema,
    openapi::{
        ComponentsBuilder, Content, ContentBuilder, Info, OpenApi, OpenApiBuilder, PathItem, Ref, RefOr, Required,
        ResponseBuilder, Schema, Server,
        path::{HttpMethod, Operation, OperationBuilder, Parameter, ParameterBuilder, ParameterIn, PathsBuilder},
        request_body::RequestBodyBuilder,
        schema::{ObjectBuilder, Type},
        security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme},
    },
};

/// A method that routes are declared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    Get,
    Post,
    Put,
    Delete,
}

impl From<Verb> for HttpMethod {
    fn from(verb: Verb) -> Self {
        match verb {
            Verb::Get => Self::Get,
            Verb::Post => Self::Post,
            Verb::Put => Self::Put,
            Verb::Delete => Self::Delete,
        }
    }
}

/// One declared route. What it takes and gives is spelled out only when somebody asks for the description.
pub(crate) struct Declared {
    pub(crate) verb: Verb,
    pub(crate) path: &'static str,
    pub(crate) access: Access,
    pub(crate) about: About,
}

/// The description of a page in the list of routes.
pub(crate) fn page_about(summary: &'static str) -> About {
    About::new(summary).gives_text(200, Some("text/html"), "A page")
}

/// The description of a form's target.
pub(crate) fn form_about(summary: &'static str) -> About {
    About::new(summary).gives_text(303, None, "Done: to the page that shows it")
}

/// The declared route that has answered. An extension of responses.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Route(pub(crate) &'static str);

/// An answer on its way.
type Answering = Pin<Box<dyn Future<Output = Response> + Send>>;

/// A handler, whatever it takes from a request.
trait Answers: Send + Sync {
    fn answer(&self, request: Request, ctx: Ctx) -> Answering;
}

struct Typed<H, T>(H, PhantomData<fn() -> T>);

impl<H: Handler<T, Ctx, Future = Answering>, T: 'static> Answers for Typed<H, T> {
    fn answer(&self, request: Request, ctx: Ctx) -> Answering {
        self.0.clone().call(request, ctx)
    }
}

type Erased = Arc<dyn Answers>;

#[inline(always)]
fn erased<H: Handler<T, Ctx, Future = Answering>, T: 'static>(handler: H) -> Erased {
    Arc::new(Typed(handler, PhantomData))
}

/// What stands at the end of a declared route: who may use it, within which bounds, and what answers. As one type, what axum
/// makes of a route is compiled once and not some five hundred times; and nothing of it is a layer, of which axum keeps one for
/// each route.
#[derive(Clone)]
struct Endpoint(Arc<Guarded>);

struct Guarded {
    guard: auth::Guard,
    body_max: usize,
    handler: Erased,
}

impl Handler<(), Ctx> for Endpoint {
    type Future = Answering;
    fn call(self, mut request: Request, ctx: Ctx) -> Answering {
        Box::pin(async move {
            let Guarded { guard, body_max, handler } = &*self.0;
            DefaultBodyLimit::max(*body_max).apply(&mut request);
            let answered = auth::guard(&ctx, guard, request, |request| handler.answer(request, ctx.clone()));
            let mut response = within_time(&ctx, guard.path, answered).await;
            response.extensions_mut().insert(Route(guard.path));
            response
        })
    }
}

/// Routes being declared.
pub(crate) struct Routes {
    ctx: Ctx,
    router: Router<Ctx>,
    declared: Vec<Declared>,
}

impl Routes {
    pub(crate) fn new(ctx: Ctx) -> Self {
        Self { ctx, router: Router::new(), declared: Vec::new() }
    }

    // Inlined, so that nothing of a route's own code runs, and is made resident, before somebody asks for it.
    #[inline(always)]
    pub(crate) fn get<H: Handler<T, Ctx, Future = Answering>, T: 'static>(
        self,
        path: &'static str,
        access: Access,
        handler: H,
        about: About,
    ) -> Self {
        self.add(Verb::Get, path, access, erased(handler), about)
    }

    #[inline(always)]
    pub(crate) fn post<H: Handler<T, Ctx, Future = Answering>, T: 'static>(
        self,
        path: &'static str,
        access: Access,
        handler: H,
        about: About,
    ) -> Self {
        self.add(Verb::Post, path, access, erased(handler), about)
    }

    #[inline(always)]
    pub(crate) fn put<H: Handler<T, Ctx, Future = Answering>, T: 'static>(
        self,
        path: &'static str,
        access: Access,
        handler: H,
        about: About,
    ) -> Self {
        self.add(Verb::Put, path, access, erased(handler), about)
    }

    #[inline(always)]
    pub(crate) fn delete<H: Handler<T, Ctx, Future = Answering>, T: 'static>(
        self,
        path: &'static str,
        access: Access,
        handler: H,
        about: About,
    ) -> Self {
        self.add(Verb::Delete, path, access, erased(handler), about)
    }

    fn add(mut self, verb: Verb, path: &'static str, access: Access, handler: Erased, about: About) -> Self {
        let filter = match verb {
            Verb::Get => MethodFilter::GET,
            Verb::Post => MethodFilter::POST,
            Verb::Put => MethodFilter::PUT,
            Verb::Delete => MethodFilter::DELETE,
        };
        let body_max = about.body_max.unwrap_or(self.ctx.app.limits.body_bytes_max);
        let guard = auth::Guard { access, audit: about.audit, path };
        let endpoint = Endpoint(Arc::new(Guarded { guard, body_max, handler }));
        self.router = self.router.route(path, on(filter, endpoint));
        let was_shared = self.declared.iter().any(|route| route.path == path && route.access.shared().is_some());
        if let Some(shared) = access.shared().filter(|_| !was_shared) {
            // Another site's page may use it: its browser asks first, once for all methods.
            self.router = self.router.route(path, options(move || auth::preflight(shared)));
        }
        self.declared.push(Declared { verb, path, access, about });
        self
    }

    /// The router, and what was declared.
    pub(crate) fn finish(self) -> (Router<Ctx>, Vec<Declared>) {
        (self.router, self.declared)
    }
}

/// The OpenAPI document of what was declared.
pub(crate) fn document(declared: &[Declared], version: &str, base_path: &BasePath) -> OpenApi {
    let bearer = SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build());
    let mut schemas = Schemas::new();
    let mut paths = PathsBuilder::new();
    for route in declared {
        paths = paths.path(route.path, PathItem::new(route.verb.into(), route.operation(&mut schemas)));
    }
    let mut components = ComponentsBuilder::new().security_scheme("token", bearer);
    for (name, schema) in schemas {
        components = components.schema(name, schema);
    }
    let server = base_path.to_string();
    OpenApiBuilder::new()
        .info(Info::new("Vigie", version))
        .servers((!server.is_empty()).then(|| vec![Server::new(server)]))
        .paths(paths.build())
        .components(Some(components.build()))
        .build()
}

type Schemas = Vec<(String, RefOr<Schema>)>;

/// What a route takes and gives: the types by name only, since most processes never describe them.
pub(crate) struct About {
    pub(crate) summary: &'static str,
    parameters: Option<fn() -> Vec<Parameter>>,
    body: Option<Body>,
    answers: Vec<Answer>,
    body_max: Option<usize>,
    audit: Audit,
}

/// Describes a type, adding what it refers to.
type Describe = fn(&mut Schemas) -> Content;

struct Body {
    media: &'static str,
    what: Option<&'static str>,
    content: Describe,
}

struct Answer {
    status: u16,
    what: &'static str,
    /// Its media type and what it consists of, unless it is empty.
    content: Option<(&'static str, Describe)>,
}

impl About {
    pub(crate) fn new(summary: &'static str) -> Self {
        Self { summary, parameters: None, body: None, answers: Vec::new(), body_max: None, audit: Audit::Kept }
    }

    /// Parameters in the query.
    #[inline(always)]
    pub(crate) fn query<T: IntoParams>(mut self) -> Self {
        self.parameters = Some(|| T::into_params(|| Some(ParameterIn::Query)));
        self
    }

    /// A JSON body.
    #[inline(always)]
    pub(crate) fn takes<T: ToSchema>(mut self) -> Self {
        self.body = Some(Body { media: "application/json", what: None, content: content::<T> });
        self
    }

    /// A body of another type.
    pub(crate) fn takes_text(mut self, media: &'static str, what: &'static str) -> Self {
        self.body = Some(Body { media, what: Some(what), content: text });
        self
    }

    /// A JSON answer.
    #[inline(always)]
    pub(crate) fn gives<T: ToSchema>(mut self, status: u16, what: &'static str) -> Self {
        self.answers.push(Answer { status, what, content: Some(("application/json", content::<T>)) });
        self
    }

    /// An answer of another type; without a type, one without a body.
    pub(crate) fn gives_text(mut self, status: u16, media: Option<&'static str>, what: &'static str) -> Self {
        self.answers.push(Answer { status, what, content: media.map(|media| (media, text as Describe)) });
        self
    }

    /// What it does is not written down in the audit log: programs do it many times a second, or it says so itself.
    pub(crate) fn unaudited(mut self) -> Self {
        self.audit = Audit::Left;
        self
    }

    /// Whether what it does is written down in the audit log.
    #[cfg(test)]
    pub(crate) fn is_audited(&self) -> bool {
        self.audit == Audit::Kept
    }

    /// Bytes of the body, when not those of every route.
    pub(crate) fn body_max(mut self, bytes: usize) -> Self {
        self.body_max = Some(bytes);
        self
    }
}

impl Declared {
    fn operation(&self, schemas: &mut Schemas) -> Operation {
        let About { summary, parameters, body, answers, .. } = &self.about;
        let mut operation =
            OperationBuilder::new().summary(Some(*summary)).operation_id(Some(operation_id(self.verb, self.path)));
        let problem = ResponseBuilder::new()
            .description("What is wrong, and what helps (RFC 9457)")
            .content("application/problem+json", content::<api::problem::Problem>(schemas));
        operation = operation.response("default", problem.build());
        for parameter in parameters.map(|parameters| parameters()).unwrap_or_default() {
            operation = operation.parameter(parameter);
        }
        if let Some(Body { media, what, content }) = body {
            let body = RequestBodyBuilder::new().required(Some(Required::True)).description(*what);
            operation = operation.request_body(Some(body.content(*media, content(schemas)).build()));
        }
        for Answer { status, what, content } in answers {
            let mut response = ResponseBuilder::new().description(*what);
            if let Some((media, content)) = content {
                response = response.content(*media, content(schemas));
            }
            operation = operation.response(status.to_string(), response.build());
        }
        for name in self.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')) {
            let parameter = ParameterBuilder::new().name(name).parameter_in(ParameterIn::Path);
            operation = operation.parameter(parameter.required(Required::True).schema(Some(text_schema())).build());
        }
        if self.access.scope().is_some() {
            operation = operation.security(SecurityRequirement::new("token", Vec::<String>::new()));
        }
        operation.build()
    }
}

fn content<T: ToSchema>(schemas: &mut Schemas) -> Content {
    let name = T::name();
    T::schemas(schemas);
    schemas.push((name.to_string(), T::schema()));
    ContentBuilder::new().schema(Some(Ref::from_schema_name(name))).build()
}

fn text(_: &mut Schemas) -> Content {
    ContentBuilder::new().schema(Some(text_schema())).build()
}

fn text_schema() -> Schema {
    ObjectBuilder::new().schema_type(Type::String).into()
}

/// As `post_api_v1_jobs_id_advance`.
fn operation_id(verb: Verb, path: &str) -> String {
    let words = path.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let verb = format!("{verb:?}").to_lowercase();
    std::iter::once(verb.as_str()).chain(words).collect::<Vec<_>>().join("_")
}
