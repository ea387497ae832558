//! What goes over HTTP, as types: the server writes them, the command line and tests read them, and the description of the
//! API is made of them. A field is added here once; nobody looks it up in JSON by its name.

pub mod mailings;
