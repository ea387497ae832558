//! What one row may make a template work through. Steps alone do not measure it: one step may be a filter that walks a
//! cell of a quarter of a megabyte. So every filter and test pays for the bytes it is given and those it makes.

use minijinja::{
    Environment, Error, ErrorKind, State, filters,
    functions::Function,
    tests,
    value::{FunctionArgs, FunctionResult, Rest, Value, ValueKind, ValueOrKwargs},
};
use std::cell::Cell;

/// Bytes that the templates of one row may touch.
pub(super) const TOUCHED_MAX: u64 = 64 * 1024 * 1024;
/// What an element of a list costs beside its text: walking it takes as long as reading so many bytes.
const ELEMENT: u64 = 64;
/// What a sequence of unknown length counts for: as much as a cell may hold.
const UNKNOWN: u64 = 256 * 1024;

thread_local! {
    /// Rendering stays on its thread from beginning to end.
    static TOUCHED: Cell<u64> = const { Cell::new(0) };
}

/// Begins the budget of a row.
pub(super) fn begin() {
    TOUCHED.set(0);
}

pub(super) fn is_spent() -> bool {
    TOUCHED.get() > TOUCHED_MAX
}

/// Pays for `bytes` without asking: for places that cannot refuse.
pub(super) fn note(bytes: usize) {
    TOUCHED.set(TOUCHED.get().saturating_add(bytes as u64));
}

fn pay(value: &Value) -> Result<(), Error> {
    TOUCHED.set(TOUCHED.get().saturating_add(size(value, 3)));
    if is_spent() { Err(Error::from(ErrorKind::OutOfFuel)) } else { Ok(()) }
}

fn size(value: &Value, depth: usize) -> u64 {
    match value.kind() {
        ValueKind::String => value.as_str().map_or(0, str::len) as u64,
        ValueKind::Seq | ValueKind::Map if depth > 0 => {
            let Ok(elements) = value.try_iter() else { return ELEMENT };
            let mut sum = ELEMENT;
            for element in elements {
                sum += ELEMENT + size(&element, depth - 1);
                if sum > TOUCHED_MAX {
                    break;
                }
            }
            sum
        }
        // Walking it may use it up.
        ValueKind::Iterable => value.len().map_or(UNKNOWN, |count| count as u64 * ELEMENT),
        _ => ELEMENT,
    }
}

/// A filter that pays. Filters called by other filters, as in `map`, are looked up by name and pay as well.
pub(super) fn filter<F, Rv, Args>(environment: &mut Environment<'_>, name: &'static str, inner: F)
where
    F: Function<Rv, Args>,
    Rv: FunctionResult,
    Args: for<'a> FunctionArgs<'a>,
{
    let inner = Value::from_function(inner);
    environment.add_filter(name, move |state: &mut State<'_, '_>, args: Rest<ValueOrKwargs>| -> Result<Value, Error> {
        paid(&inner, state, args)
    });
}

fn test<F, Rv, Args>(environment: &mut Environment<'_>, names: &[&'static str], inner: F)
where
    F: Function<Rv, Args>,
    Rv: FunctionResult,
    Args: for<'a> FunctionArgs<'a>,
{
    let inner = Value::from_function(inner);
    for name in names {
        let inner = inner.clone();
        environment.add_test(
            *name,
            move |state: &mut State<'_, '_>, args: Rest<ValueOrKwargs>| -> Result<bool, Error> {
                paid(&inner, state, args).map(|value| value.is_true())
            },
        );
    }
}

fn paid(inner: &Value, state: &mut State<'_, '_>, args: Rest<ValueOrKwargs>) -> Result<Value, Error> {
    let args = args.into_values();
    args.iter().try_for_each(pay)?;
    let made = inner.call(state, &args)?;
    pay(&made)?;
    Ok(made)
}

macro_rules! filters {
    ($environment:expr, $($name:literal => $filter:path),* $(,)?) => { $(filter($environment, $name, $filter);)* };
}

/// Puts paying forms in the place of everything built in that walks text or lists.
pub(super) fn charge(environment: &mut Environment<'_>) {
    filters!(environment,
        "escape" => filters::escape, "e" => filters::escape, "lower" => filters::lower, "upper" => filters::upper,
        "title" => filters::title, "capitalize" => filters::capitalize, "length" => filters::length,
        "count" => filters::length, "dictsort" => filters::dictsort, "items" => filters::items,
        "reverse" => filters::reverse, "trim" => filters::trim, "split" => filters::split, "lines" => filters::lines,
        "int" => filters::int, "float" => filters::float, "first" => filters::first, "last" => filters::last,
        "min" => filters::min, "max" => filters::max, "sort" => filters::sort, "list" => filters::list,
        "string" => filters::string, "sum" => filters::sum, "select" => filters::select, "reject" => filters::reject,
        "selectattr" => filters::selectattr, "rejectattr" => filters::rejectattr, "map" => filters::map,
        "groupby" => filters::groupby, "unique" => filters::unique, "chain" => filters::chain, "zip" => filters::zip,
        "tojson" => filters::tojson, "urlencode" => filters::urlencode,
    );
    test(environment, &["in"], tests::is_in);
    test(environment, &["eq", "equalto", "=="], tests::is_eq);
    test(environment, &["ne", "!="], tests::is_ne);
    test(environment, &["lt", "lessthan", "<"], tests::is_lt);
    test(environment, &["le", "<="], tests::is_le);
    test(environment, &["gt", "greaterthan", ">"], tests::is_gt);
    test(environment, &["ge", ">="], tests::is_ge);
    test(environment, &["startingwith"], tests::is_startingwith);
    test(environment, &["endingwith"], tests::is_endingwith);
    test(environment, &["lower"], tests::is_lower);
    test(environment, &["upper"], tests::is_upper);
}
