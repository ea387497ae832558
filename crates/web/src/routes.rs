//! Declares routes. A route is added with its access and its description in one breath, so that none can be served
//! without a decision on who may use it, nor be missing in the OpenAPI document.

use crate::{
    Ctx,
    auth::{self, Access, Audit},
    problem::Problem,
};
use axum::{
    Router,
    extract::DefaultBodyLimit,
    handler::Handler,
    middleware::from_fn_with_state,
    routing::{MethodFilter, on, options},
};
use utoipa::{
    IntoParams, ToSchema,
    openapi::{
        ComponentsBuilder, ContentBuilder, Info, OpenApi, OpenApiBuilder, PathItem, RefOr, Required, ResponseBuilder,
        Schema,
        path::{HttpMethod, Operation, OperationBuilder, ParameterBuilder, ParameterIn, PathsBuilder},
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

/// One declared route, for tests and for the page that lists them.
#[derive(Clone, Debug)]
pub(crate) struct Declared {
    pub(crate) verb: Verb,
    pub(crate) path: &'static str,
    pub(crate) access: Access,
    pub(crate) summary: &'static str,
}

/// Routes being declared.
pub(crate) struct Routes {
    ctx: Ctx,
    router: Router<Ctx>,
    paths: PathsBuilder,
    schemas: Vec<(String, RefOr<Schema>)>,
    declared: Vec<Declared>,
}

impl Routes {
    pub(crate) fn new(ctx: Ctx) -> Self {
        Self { ctx, router: Router::new(), paths: PathsBuilder::new(), schemas: Vec::new(), declared: Vec::new() }
    }

    pub(crate) fn get<H: Handler<T, Ctx>, T: 'static>(
        self,
        path: &'static str,
        access: Access,
        handler: H,
        about: About,
    ) -> Self {
        self.add(Verb::Get, path, access, handler, about)
    }

    pub(crate) fn post<H: Handler<T, Ctx>, T: 'static>(
        self,
        path: &'static str,
        access: Access,
        handler: H,
        about: About,
    ) -> Self {
        self.add(Verb::Post, path, access, handler, about)
    }

    pub(crate) fn put<H: Handler<T, Ctx>, T: 'static>(
        self,
        path: &'static str,
        access: Access,
        handler: H,
        about: About,
    ) -> Self {
        self.add(Verb::Put, path, access, handler, about)
    }

    pub(crate) fn delete<H: Handler<T, Ctx>, T: 'static>(
        self,
        path: &'static str,
        access: Access,
        handler: H,
        about: About,
    ) -> Self {
        self.add(Verb::Delete, path, access, handler, about)
    }

    fn add<H: Handler<T, Ctx>, T: 'static>(
        mut self,
        verb: Verb,
        path: &'static str,
        access: Access,
        handler: H,
        about: About,
    ) -> Self {
        let (filter, http) = match verb {
            Verb::Get => (MethodFilter::GET, HttpMethod::Get),
            Verb::Post => (MethodFilter::POST, HttpMethod::Post),
            Verb::Put => (MethodFilter::PUT, HttpMethod::Put),
            Verb::Delete => (MethodFilter::DELETE, HttpMethod::Delete),
        };
        let audit = about.audit;
        let body_max = about.body_max.unwrap_or(self.ctx.app.limits.body_bytes_max);
        let method = on(filter, handler)
            .layer(DefaultBodyLimit::max(body_max))
            .layer(from_fn_with_state(auth::Guard { ctx: self.ctx.clone(), access, audit, path }, auth::guard));
        self.router = self.router.route(path, method);
        if access == Access::Job {
            // Another site's page may poll it: its browser asks first.
            self.router = self.router.route(path, options(auth::preflight));
        }
        self.declared.push(Declared { verb, path, access, summary: about.summary });
        self.schemas.extend(about.schemas.iter().cloned());
        self.paths = self.paths.path(path, PathItem::new(http, about.operation(verb, path, access)));
        self
    }

    /// The router, its description and what was declared.
    pub(crate) fn finish(self, version: &str) -> (Router<Ctx>, OpenApi, Vec<Declared>) {
        let bearer = SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build());
        let mut components = ComponentsBuilder::new().security_scheme("token", bearer);
        for (name, schema) in self.schemas {
            components = components.schema(name, schema);
        }
        let document = OpenApiBuilder::new()
            .info(Info::new("Vigie", version))
            .paths(self.paths.build())
            .components(Some(components.build()))
            .build();
        (self.router, document, self.declared)
    }
}

/// What a route takes and gives.
pub(crate) struct About {
    summary: &'static str,
    operation: OperationBuilder,
    schemas: Vec<(String, RefOr<Schema>)>,
    body_max: Option<usize>,
    audit: Audit,
}

impl About {
    pub(crate) fn new(summary: &'static str) -> Self {
        let mut about = Self {
            summary,
            operation: OperationBuilder::new(),
            schemas: Vec::new(),
            body_max: None,
            audit: Audit::Kept,
        };
        let problem = about.content::<Problem>();
        let response = ResponseBuilder::new().description("What is wrong, and what helps (RFC 9457)");
        about.operation =
            about.operation.response("default", response.content("application/problem+json", problem).build());
        about
    }

    /// Parameters in the query.
    pub(crate) fn query<T: IntoParams>(mut self) -> Self {
        for parameter in T::into_params(|| Some(ParameterIn::Query)) {
            self.operation = self.operation.parameter(parameter);
        }
        self
    }

    /// A JSON body.
    pub(crate) fn takes<T: ToSchema>(mut self) -> Self {
        let content = self.content::<T>();
        let body = RequestBodyBuilder::new().content("application/json", content).required(Some(Required::True));
        self.operation = self.operation.request_body(Some(body.build()));
        self
    }

    /// A body of another type.
    pub(crate) fn takes_text(mut self, media: &str, what: &str) -> Self {
        let body = RequestBodyBuilder::new()
            .description(Some(what))
            .content(media, ContentBuilder::new().schema(Some(text_schema())).build())
            .required(Some(Required::True));
        self.operation = self.operation.request_body(Some(body.build()));
        self
    }

    /// A JSON answer.
    pub(crate) fn gives<T: ToSchema>(mut self, status: u16, what: &str) -> Self {
        let content = self.content::<T>();
        let response = ResponseBuilder::new().description(what).content("application/json", content);
        self.operation = self.operation.response(status.to_string(), response.build());
        self
    }

    /// An answer of another type; without a type, one without a body.
    pub(crate) fn gives_text(mut self, status: u16, media: Option<&str>, what: &str) -> Self {
        let mut response = ResponseBuilder::new().description(what);
        if let Some(media) = media {
            response = response.content(media, ContentBuilder::new().schema(Some(text_schema())).build());
        }
        self.operation = self.operation.response(status.to_string(), response.build());
        self
    }

    /// What it does is not written down as somebody's deed: programs do it many times a second, or it says so itself.
    pub(crate) fn unaudited(mut self) -> Self {
        self.audit = Audit::Left;
        self
    }

    /// Bytes of the body, when not those of every route.
    pub(crate) fn body_max(mut self, bytes: usize) -> Self {
        self.body_max = Some(bytes);
        self
    }

    fn content<T: ToSchema>(&mut self) -> utoipa::openapi::Content {
        let name = T::name();
        T::schemas(&mut self.schemas);
        self.schemas.push((name.to_string(), T::schema()));
        let reference = utoipa::openapi::Ref::from_schema_name(name);
        ContentBuilder::new().schema(Some(reference)).build()
    }

    fn operation(self, verb: Verb, path: &str, access: Access) -> Operation {
        let mut operation = self.operation.summary(Some(self.summary)).operation_id(Some(operation_id(verb, path)));
        for name in path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')) {
            let parameter = ParameterBuilder::new().name(name).parameter_in(ParameterIn::Path);
            let parameter = parameter.required(Required::True).schema(Some(text_schema()));
            operation = operation.parameter(parameter.build());
        }
        if access != Access::Open {
            operation = operation.security(SecurityRequirement::new("token", Vec::<String>::new()));
        }
        operation.build()
    }
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
