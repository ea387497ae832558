//! The spans of a trace in the order in which people read them: each below the one that began it, with the time that was its own.

use super::Span;
use std::{cmp::Reverse, collections::HashMap, time::Duration};

/// One line of a waterfall.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaterfallRow {
    /// The place of the span among those that were given.
    pub span: usize,
    /// In how many spans it lies: 0 at the top.
    pub depth: usize,
    /// What of its duration none of the spans right below it took.
    pub own: Duration,
    /// Whether it names a parent that is not there.
    pub is_orphan: bool,
}

/// The spans of a trace as lines: parents before their children, those of one parent in the order of time. Each is there
/// once, whatever clients say of its parents.
pub fn waterfall(spans: &[&Span]) -> Vec<WaterfallRow> {
    let tree = Tree::of(spans);
    let mut rows = Vec::with_capacity(spans.len());
    let mut is_shown = vec![false; spans.len()];
    // Spans in a circle have no top: the earliest of them stands for it.
    let tops = tree.in_time.iter().filter(|span| tree.parents[**span].is_none());
    for top in tops.chain(&tree.in_time) {
        tree.walk(*top, &mut is_shown, &mut rows);
    }
    rows
}

struct Tree<'a> {
    spans: &'a [&'a Span],
    /// All of them, the earliest first; of those that begin together, the longest.
    in_time: Vec<usize>,
    parents: Vec<Option<usize>>,
    /// In the order of time.
    children: Vec<Vec<usize>>,
}

impl<'a> Tree<'a> {
    fn of(spans: &'a [&'a Span]) -> Self {
        let mut places = HashMap::new();
        for (place, span) in spans.iter().enumerate() {
            places.entry(span.span_id.as_str()).or_insert(place);
        }
        let parent = |(place, span): (usize, &&Span)| {
            places.get(span.parent_span_id.as_deref()?).copied().filter(|parent| *parent != place)
        };
        let parents: Vec<Option<usize>> = spans.iter().enumerate().map(parent).collect();
        let mut in_time: Vec<usize> = (0..spans.len()).collect();
        in_time.sort_by_key(|place| (spans[*place].start, Reverse(spans[*place].end)));
        let mut children = vec![Vec::new(); spans.len()];
        for place in &in_time {
            if let Some(parent) = parents[*place] {
                children[parent].push(*place);
            }
        }
        Self { spans, in_time, parents, children }
    }

    /// Adds a span and all below it, but what is there already.
    fn walk(&self, top: usize, is_shown: &mut [bool], rows: &mut Vec<WaterfallRow>) {
        let mut waiting = vec![(top, 0)];
        while let Some((span, depth)) = waiting.pop() {
            if std::mem::replace(&mut is_shown[span], true) {
                continue;
            }
            let is_orphan = self.parents[span].is_none() && self.spans[span].parent_span_id.is_some();
            rows.push(WaterfallRow { span, depth, own: self.own(span), is_orphan });
            waiting.extend(self.children[span].iter().rev().map(|child| (*child, depth + 1)));
        }
    }

    /// The duration of a span without the time in which any of its children ran: several at once count once.
    fn own(&self, span: usize) -> Duration {
        let of = self.spans[span];
        let (mut taken, mut until) = (Duration::ZERO, of.start);
        for child in &self.children[span] {
            let (start, end) = (self.spans[*child].start.max(until), self.spans[*child].end.min(of.end));
            if end > start {
                taken += end.since(start);
                until = end;
            }
        }
        of.duration().saturating_sub(taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Timestamp;

    fn span(id: &str, parent: &str, (start, end): (i64, i64)) -> Span {
        Span {
            span_id: id.to_owned(),
            parent_span_id: (!parent.is_empty()).then(|| parent.to_owned()),
            start: Timestamp::from_micros(start * 1_000),
            end: Timestamp::from_micros(end * 1_000),
            ..Span::default()
        }
    }

    /// `id depth own`, in ms; `?` behind those whose parent is not there.
    fn drawn(spans: &[Span]) -> Vec<String> {
        let spans: Vec<&Span> = spans.iter().collect();
        let line = |row: &WaterfallRow| {
            let mark = if row.is_orphan { "?" } else { "" };
            format!("{} {} {}{mark}", spans[row.span].span_id, row.depth, row.own.as_millis())
        };
        waterfall(&spans).iter().map(line).collect()
    }

    #[test]
    fn children_stand_below_their_parents_in_the_order_of_time() {
        let spans = [
            span("c", "b", (30, 40)),
            span("b", "a", (20, 60)),
            span("a", "", (0, 100)),
            span("d", "a", (10, 15)),
            span("late", "a", (90, 130)),
        ];
        assert_eq!(drawn(&spans), ["a 0 45", "d 1 5", "b 1 30", "c 2 10", "late 1 40"]);
    }

    #[test]
    fn what_runs_at_once_counts_once() {
        let spans =
            [span("a", "", (0, 100)), span("b", "a", (10, 50)), span("c", "a", (20, 40)), span("d", "a", (45, 70))];
        assert_eq!(drawn(&spans)[0], "a 0 40");
    }

    #[test]
    fn each_span_is_there_once_whatever_is_said_of_parents() {
        assert_eq!(drawn(&[span("a", "gone", (0, 10)), span("b", "a", (1, 2))]), ["a 0 9?", "b 1 1"]);
        assert_eq!(drawn(&[span("a", "a", (0, 10))]), ["a 0 10?"]);
        let circle = [span("a", "c", (5, 6)), span("b", "a", (1, 2)), span("c", "b", (3, 4))];
        assert_eq!(drawn(&circle), ["b 0 1", "c 1 1", "a 2 1"]);
        assert_eq!(
            drawn(&[span("a", "", (0, 10)), span("a", "", (1, 2)), span("b", "a", (3, 4))]),
            ["a 0 9", "b 1 1", "a 0 1"]
        );
        let deep: Vec<Span> =
            (0..2_000).map(|n| span(&n.to_string(), &(n - 1).to_string(), (i64::from(n), 5_000))).collect();
        assert_eq!(drawn(&deep).last().unwrap(), "1999 1999 3001");
        assert!(drawn(&[]).is_empty());
    }
}
