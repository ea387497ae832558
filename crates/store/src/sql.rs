//! The narrow waist under every statement: values, rows and a connection that is SQLite or PostgreSQL.
//!
//! SQL is written once, in the dialect that both engines share (`$1`, `ON CONFLICT`, `RETURNING`, integers of 64
//! bits for times, states and flags). What cannot be shared is a field of [`Dialect`], filled in by `sqlite.rs` and
//! `postgres.rs`.

use crate::{Error, Result};
use futures_util::{StreamExt, stream::BoxStream};
use model::Timestamp;
use serde::Serialize;
use sqlx::{AssertSqlSafe, Executor, PgConnection, Row as _, SqliteConnection, postgres::PgRow, sqlite::SqliteRow};
use uuid::Uuid;

/// A parameter. `None` keeps its type, as PostgreSQL wants to know it.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Int(Option<i64>),
    Float(f64),
    Text(Option<String>),
    Id(Option<Uuid>),
    Bytes(Option<Vec<u8>>),
}

macro_rules! value_from {
    ($($type:ty => |$v:ident| $value:expr),+ $(,)?) => {
        $(impl From<$type> for Value { fn from($v: $type) -> Self { $value } })+
    };
}

value_from! {
    i64 => |v| Value::Int(Some(v)),
    u64 => |v| Value::Int(Some(i64::try_from(v).unwrap_or(i64::MAX))),
    Option<i64> => |v| Value::Int(v),
    Timestamp => |v| Value::Int(Some(v.as_micros())),
    Option<Timestamp> => |v| Value::Int(v.map(Timestamp::as_micros)),
    f64 => |v| Value::Float(v),
    &str => |v| Value::Text(Some(without_nul(v.to_owned()))),
    &String => |v| Value::Text(Some(without_nul(v.clone()))),
    String => |v| Value::Text(Some(without_nul(v))),
    Option<String> => |v| Value::Text(v.map(without_nul)),
    Option<&str> => |v| Value::Text(v.map(|v| without_nul(v.to_owned()))),
    Uuid => |v| Value::Id(Some(v)),
    Option<Uuid> => |v| Value::Id(v),
    model::JobId => |v| Value::Id(Some(v.0)),
    Option<model::JobId> => |v| Value::Id(v.map(|id| id.0)),
    model::AccountId => |v| Value::Id(Some(v.0)),
    Option<model::AccountId> => |v| Value::Id(v.map(|id| id.0)),
    model::TraceId => |v| Value::Id(Some(v.0)),
    Vec<u8> => |v| Value::Bytes(Some(v)),
    Option<Vec<u8>> => |v| Value::Bytes(v),
}

/// PostgreSQL's text holds no NUL; it is replaced on both engines, so that both hold the same.
pub(crate) fn without_nul(text: String) -> String {
    if text.contains('\0') { text.replace('\0', "\u{fffd}") } else { text }
}

/// `params![a, b]`: the parameters of a statement.
macro_rules! params {
    ($($value:expr),* $(,)?) => { &[$($crate::sql::Value::from($value)),*] };
}
pub(crate) use params;

/// The statements that differ between the engines, because one reads sets with `json_each` and locks nothing, and
/// the other with `jsonb_to_recordset` and `SKIP LOCKED`.
pub(crate) struct Dialect {
    pub(crate) enqueue: &'static str,
    pub(crate) skip_already_sent: &'static str,
    pub(crate) lock_job: &'static str,
    pub(crate) claim: &'static str,
    pub(crate) claim_these: &'static str,
    pub(crate) items_by_seq: &'static str,
    pub(crate) record_succeeded: &'static str,
    pub(crate) record_others: &'static str,
    pub(crate) known_traces: &'static str,
    pub(crate) keep_uploads: &'static str,
    pub(crate) used_uploads: &'static str,
    pub(crate) insert_traces: &'static str,
    pub(crate) insert_ledger: &'static str,
    pub(crate) forget_unknown: &'static str,
    /// Of the named items of a job, those that another job of its name has sent, or perhaps.
    pub(crate) already_sent: &'static str,
    pub(crate) received: &'static str,
    pub(crate) earlier_mailings: &'static str,
    pub(crate) correct_items: &'static str,
    pub(crate) requeue_items: &'static str,
    pub(crate) release: &'static str,
    pub(crate) note_effect: &'static str,
    pub(crate) outcomes_after: &'static str,
    pub(crate) lock_account: &'static str,
    /// Appended to a text comparison to make it ignore case.
    pub(crate) like: &'static str,
    /// What a statement reads a JSON array from that is its first parameter: each element is a `list.value`.
    pub(crate) set: &'static str,
    /// The function that makes a JSON array of the values of a group.
    pub(crate) json_group: &'static str,
    /// Before a column by which rows are not to be looked up, as an order walks an index of its own.
    pub(crate) unindexed: &'static str,
    /// The id whose 32 hexadecimal digits are `{}`.
    pub(crate) uuid: &'static str,
    /// Appended to a selection of rows that nobody else is to change before the transaction ends.
    pub(crate) for_update: &'static str,
}

/// One connection, inside or outside a transaction.
pub(crate) enum Conn<'c> {
    Sqlite(&'c mut SqliteConnection),
    Postgres(&'c mut PgConnection),
}

impl Conn<'_> {
    pub(crate) fn dialect(&self) -> &'static Dialect {
        match self {
            Self::Sqlite(_) => &crate::sqlite::DIALECT,
            Self::Postgres(_) => &crate::postgres::DIALECT,
        }
    }

    /// Runs a statement and returns how many rows it changed.
    pub(crate) async fn execute(&mut self, sql: &str, params: &[Value]) -> Result<u64> {
        let text = AssertSqlSafe(sql.to_owned());
        Ok(match self {
            Self::Sqlite(conn) => bind_sqlite(sqlx::query(text), params).execute(&mut **conn).await?.rows_affected(),
            Self::Postgres(conn) => {
                bind_postgres(sqlx::query(text), params).execute(&mut **conn).await?.rows_affected()
            }
        })
    }

    pub(crate) async fn rows(&mut self, sql: &str, params: &[Value]) -> Result<Vec<Row>> {
        let text = AssertSqlSafe(sql.to_owned());
        Ok(match self {
            Self::Sqlite(conn) => {
                let rows = bind_sqlite(sqlx::query(text), params).fetch_all(&mut **conn).await?;
                rows.into_iter().map(Row::Sqlite).collect()
            }
            Self::Postgres(conn) => {
                let rows = bind_postgres(sqlx::query(text), params).fetch_all(&mut **conn).await?;
                rows.into_iter().map(Row::Postgres).collect()
            }
        })
    }

    pub(crate) async fn row(&mut self, sql: &str, params: &[Value]) -> Result<Option<Row>> {
        Ok(self.rows(sql, params).await?.into_iter().next())
    }

    /// The rows of a selection whose `{set}` is these values; none where there are none. The parts of a value are
    /// `list.value->>0`, `list.value->>1` …
    pub(crate) async fn select_set<S>(&mut self, sql: &str, set: S) -> Result<Vec<Row>>
    where
        S: IntoIterator<Item: Serialize>,
    {
        match json_of(set).as_str() {
            "[]" => Ok(Vec::new()),
            set => self.rows(&sql.replace("{set}", self.dialect().set), params![set]).await,
        }
    }

    /// Runs a statement whose `{set}` is these values, where there are any.
    pub(crate) async fn execute_set<S>(&mut self, sql: &str, set: S) -> Result<()>
    where
        S: IntoIterator<Item: Serialize>,
    {
        match json_of(set).as_str() {
            "[]" => Ok(()),
            set => self.execute(&sql.replace("{set}", self.dialect().set), params![set]).await.map(drop),
        }
    }

    /// Rows as they come, a few at a time in memory.
    pub(crate) fn stream(&mut self, sql: String) -> BoxStream<'_, Result<Row>> {
        let query = AssertSqlSafe(sql);
        match self {
            Self::Sqlite(conn) => sqlx::query(query).fetch(&mut **conn).map(|row| Ok(Row::Sqlite(row?))).boxed(),
            Self::Postgres(conn) => sqlx::query(query).fetch(&mut **conn).map(|row| Ok(Row::Postgres(row?))).boxed(),
        }
    }

    /// Several statements without parameters: migrations.
    pub(crate) async fn script(&mut self, sql: &str) -> Result<()> {
        let text = AssertSqlSafe(sql.to_owned());
        match self {
            Self::Sqlite(conn) => conn.execute(sqlx::raw_sql(text)).await.map(drop)?,
            Self::Postgres(conn) => conn.execute(sqlx::raw_sql(text)).await.map(drop)?,
        }
        Ok(())
    }
}

fn json_of<S: IntoIterator<Item: Serialize>>(set: S) -> String {
    let set: Vec<_> = set.into_iter().collect();
    serde_json::to_string(&set).unwrap_or_default()
}

type SqliteQuery<'q> = sqlx::query::Query<'q, sqlx::Sqlite, sqlx::sqlite::SqliteArguments>;
type PostgresQuery<'q> = sqlx::query::Query<'q, sqlx::Postgres, sqlx::postgres::PgArguments>;

fn bind_sqlite<'q>(query: SqliteQuery<'q>, params: &[Value]) -> SqliteQuery<'q> {
    params.iter().fold(query, |query, value| match value {
        Value::Int(v) => query.bind(*v),
        Value::Float(v) => query.bind(*v),
        Value::Text(v) => query.bind(v.clone()),
        Value::Id(v) => query.bind(v.map(|id| id.as_bytes().to_vec())),
        Value::Bytes(v) => query.bind(v.clone()),
    })
}

fn bind_postgres<'q>(query: PostgresQuery<'q>, params: &[Value]) -> PostgresQuery<'q> {
    params.iter().fold(query, |query, value| match value {
        Value::Int(v) => query.bind(*v),
        Value::Float(v) => query.bind(*v),
        Value::Text(v) => query.bind(v.clone()),
        Value::Id(v) => query.bind(*v),
        Value::Bytes(v) => query.bind(v.clone()),
    })
}

/// A result row, read by column name.
pub(crate) enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

macro_rules! getter {
    ($name:ident, $optional:ident, $type:ty) => {
        pub(crate) fn $name(&self, column: &str) -> Result<$type> {
            Ok(match self {
                Self::Sqlite(row) => row.try_get(column)?,
                Self::Postgres(row) => row.try_get(column)?,
            })
        }
        pub(crate) fn $optional(&self, column: &str) -> Result<Option<$type>> {
            Ok(match self {
                Self::Sqlite(row) => row.try_get(column)?,
                Self::Postgres(row) => row.try_get(column)?,
            })
        }
    };
}

impl Row {
    getter!(int, opt_int, i64);
    getter!(text, opt_text, String);
    getter!(bytes, opt_bytes, Vec<u8>);

    pub(crate) fn float(&self, column: &str) -> Result<f64> {
        Ok(match self {
            Self::Sqlite(row) => row.try_get(column)?,
            Self::Postgres(row) => row.try_get(column)?,
        })
    }

    pub(crate) fn count(&self, column: &str) -> Result<u64> {
        Ok(u64::try_from(self.int(column)?).unwrap_or(0))
    }

    pub(crate) fn flag(&self, column: &str) -> Result<bool> {
        Ok(self.int(column)? != 0)
    }

    pub(crate) fn time(&self, column: &str) -> Result<Timestamp> {
        self.int(column).map(Timestamp::from_micros)
    }

    pub(crate) fn opt_time(&self, column: &str) -> Result<Option<Timestamp>> {
        Ok(self.opt_int(column)?.map(Timestamp::from_micros))
    }

    pub(crate) fn id(&self, column: &str) -> Result<Uuid> {
        self.opt_id(column)?.ok_or_else(|| Error::corrupt(column, "no id"))
    }

    pub(crate) fn opt_id(&self, column: &str) -> Result<Option<Uuid>> {
        Ok(match self {
            Self::Sqlite(row) => {
                let bytes: Option<Vec<u8>> = row.try_get(column)?;
                bytes.map(|b| Uuid::from_slice(&b).map_err(|_| Error::corrupt(column, "not an id"))).transpose()?
            }
            Self::Postgres(row) => row.try_get(column)?,
        })
    }

    /// A state kept as its number.
    pub(crate) fn state<T>(&self, column: &str, from_code: impl FnOnce(i64) -> Option<T>) -> Result<T> {
        from_code(self.int(column)?).ok_or_else(|| Error::corrupt(column, "unknown code"))
    }

    /// A name kept as its text.
    pub(crate) fn parsed<T: std::str::FromStr>(&self, column: &str) -> Result<T> {
        self.text(column)?.parse().map_err(|_| Error::corrupt(column, "unknown name"))
    }

    pub(crate) fn json<T: serde::de::DeserializeOwned>(&self, column: &str) -> Result<T> {
        serde_json::from_str(&self.text(column)?).map_err(|_| Error::corrupt(column, "not the expected JSON"))
    }
}
