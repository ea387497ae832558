//! Two processes on one PostgreSQL.
