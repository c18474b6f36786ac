//! Where the boxes of a drawing stand whose columns are given: in an order with few crossings, near what they are tied to.

use std::collections::BTreeMap;

/// Height of a box.
pub const BOX: f64 = 40.0;

/// Height of a line that passes a column.
const LINE: f64 = 8.0;

/// Between two things of a column.
const GAP: f64 = 12.0;

/// Between parts that are not tied to one another.
const APART: f64 = 26.0;

const SWEEPS: usize = 12;

/// A drawing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Layout {
    /// The middle of each box.
    pub boxes: Vec<f64>,
    /// The middle of each edge in each column between its ends.
    pub lines: Vec<Vec<f64>>,
    /// How high it is.
    pub height: f64,
}

/// What stands in a column: a box, or an edge on its way.
struct Vertex {
    column: usize,
    height: f64,
    y: f64,
    left: Vec<usize>,
    right: Vec<usize>,
}

/// Boxes with their columns, and edges between boxes, each from a column to a later one.
pub fn lay_out(columns: &[usize], edges: &[(usize, usize)]) -> Layout {
    let vertex = |column: usize, height: f64| Vertex { column, height, y: 0.0, left: Vec::new(), right: Vec::new() };
    let mut vertices: Vec<Vertex> = columns.iter().map(|column| vertex(*column, BOX)).collect();
    let mut on_the_way = Vec::new();
    for &(from, to) in edges {
        let mut last = from;
        let between = columns[from] + 1..columns[to];
        let passes: Vec<usize> = between.clone().map(|column| vertices.len() + column - between.start).collect();
        vertices.extend(between.map(|column| vertex(column, LINE)));
        for next in passes.iter().copied().chain([to]) {
            vertices[last].right.push(next);
            vertices[next].left.push(last);
            last = next;
        }
        on_the_way.push(passes);
    }
    let mut top = 0.0;
    for part in parts(&vertices) {
        top = place(&mut vertices, &part, top) + APART;
    }
    Layout {
        boxes: vertices[..columns.len()].iter().map(|vertex| vertex.y).collect(),
        lines: on_the_way.iter().map(|passes| passes.iter().map(|id| vertices[*id].y).collect()).collect(),
        height: (top - APART).max(0.0),
    }
}

/// What hangs together, in order of the first of each.
fn parts(vertices: &[Vertex]) -> Vec<Vec<usize>> {
    let mut seen = vec![false; vertices.len()];
    let mut parts: Vec<Vec<usize>> = Vec::new();
    for first in 0..vertices.len() {
        let mut part = Vec::new();
        let mut open = vec![first];
        while let Some(id) = open.pop() {
            if !std::mem::replace(&mut seen[id], true) {
                part.push(id);
                open.extend(vertices[id].left.iter().chain(&vertices[id].right));
            }
        }
        part.sort_unstable();
        parts.extend((!part.is_empty()).then_some(part));
    }
    parts
}

/// Gives the vertices of one part their places below `top`. Answers where it ends.
fn place(vertices: &mut [Vertex], part: &[usize], top: f64) -> f64 {
    let mut columns: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for id in part {
        columns.entry(vertices[*id].column).or_default().push(*id);
    }
    let mut columns: Vec<Vec<usize>> = columns.into_values().collect();
    order(vertices, &mut columns);
    for column in &columns {
        let mut y = 0.0;
        for id in column {
            vertices[*id].y = y + vertices[*id].height / 2.0;
            y += vertices[*id].height + GAP;
        }
    }
    for sweep in 0..SWEEPS {
        let turned: Vec<&Vec<usize>> = if sweep % 2 == 0 { columns.iter().collect() } else { columns.iter().rev().collect() };
        turned.into_iter().for_each(|column| settle(vertices, column));
    }
    let edge = |id: &usize, side: f64| vertices[*id].y + side * vertices[*id].height / 2.0;
    let first = part.iter().map(|id| edge(id, -1.0)).fold(f64::INFINITY, f64::min);
    let last = part.iter().map(|id| edge(id, 1.0)).fold(f64::NEG_INFINITY, f64::max);
    part.iter().for_each(|id| vertices[*id].y += top - first);
    top + last - first
}

/// Orders each column by the middle of what its things are tied to, to and fro; keeps the order with the fewest crossings.
fn order(vertices: &[Vertex], columns: &mut Vec<Vec<usize>>) {
    let mut best = (crossings(vertices, columns), columns.clone());
    for sweep in 0..SWEEPS {
        let forth = sweep % 2 == 0;
        let turn: Vec<usize> =
            if forth { (1..columns.len()).collect() } else { (0..columns.len().saturating_sub(1)).rev().collect() };
        for at in turn {
            let ranks = ranks(columns);
            let middle = |id: &usize| {
                let tied = if forth { &vertices[*id].left } else { &vertices[*id].right };
                let sum: usize = tied.iter().filter_map(|id| ranks.get(id)).sum();
                if tied.is_empty() { ranks[id] as f64 } else { sum as f64 / tied.len() as f64 }
            };
            columns[at].sort_by(|a, b| middle(a).total_cmp(&middle(b)));
        }
        let found = crossings(vertices, columns);
        if found < best.0 {
            best = (found, columns.clone());
        }
    }
    *columns = best.1;
}

/// The place of each vertex in its column.
fn ranks(columns: &[Vec<usize>]) -> BTreeMap<usize, usize> {
    columns.iter().flat_map(|column| column.iter().enumerate().map(|(rank, id)| (*id, rank))).collect()
}

fn crossings(vertices: &[Vertex], columns: &[Vec<usize>]) -> usize {
    let ranks = ranks(columns);
    let mut count = 0;
    for column in columns {
        let ends = |id: &usize| vertices[*id].right.iter().map(|to| (ranks[id], ranks[to])).collect::<Vec<_>>();
        let edges: Vec<(usize, usize)> = column.iter().flat_map(ends).collect();
        for (i, a) in edges.iter().enumerate() {
            count += edges[i + 1..].iter().filter(|b| (a.0 < b.0 && a.1 > b.1) || (a.0 > b.0 && a.1 < b.1)).count();
        }
    }
    count
}

/// Moves the things of a column, kept in order and apart, as near to what they are tied to as they can all be: things that would
/// overlap stand in a row around the middle of where they want to be.
fn settle(vertices: &mut [Vertex], column: &[usize]) {
    let mut offset = 0.0;
    let mut rows: Vec<(f64, usize)> = Vec::new();
    let mut offsets = Vec::new();
    for id in column {
        let vertex = &vertices[*id];
        let tied: Vec<f64> = vertex.left.iter().chain(&vertex.right).map(|id| vertices[*id].y).collect();
        let wanted = if tied.is_empty() { vertex.y } else { tied.iter().sum::<f64>() / tied.len() as f64 };
        let middle = offset + vertex.height / 2.0;
        offsets.push(middle);
        offset += vertex.height + GAP;
        let mut row = (wanted - middle, 1);
        while let Some(before) = rows.pop() {
            if before.0 <= row.0 {
                rows.push(before);
                break;
            }
            let count = before.1 + row.1;
            row = ((before.0 * before.1 as f64 + row.0 * row.1 as f64) / count as f64, count);
        }
        rows.push(row);
    }
    let starts = rows.iter().flat_map(|(start, count)| std::iter::repeat_n(*start, *count));
    for ((id, offset), start) in column.iter().zip(offsets).zip(starts) {
        vertices[*id].y = start + offset;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_tied_stands_side_by_side() {
        // Two Services, each of the other's workload in the order given.
        let layout = lay_out(&[0, 0, 1, 1], &[(0, 3), (1, 2)]);
        assert_eq!((layout.boxes[0], layout.boxes[1]), (layout.boxes[3], layout.boxes[2]));
        assert_eq!(layout.height, 2.0 * BOX + APART);
    }

    #[test]
    fn nothing_overlaps() {
        let columns = [0, 0, 0, 1, 1, 1, 1, 2, 2];
        let edges = [(0, 3), (0, 4), (1, 4), (1, 5), (2, 6), (2, 7), (0, 8), (3, 7), (4, 8), (6, 8)];
        let layout = lay_out(&columns, &edges);
        for a in 0..columns.len() {
            for b in (a + 1..columns.len()).filter(|b| columns[a] == columns[*b]) {
                assert!((layout.boxes[a] - layout.boxes[b]).abs() >= BOX + GAP - 0.01, "{a} and {b}: {layout:?}");
            }
            assert!(layout.boxes[a] >= BOX / 2.0 - 0.01 && layout.boxes[a] <= layout.height - BOX / 2.0 + 0.01, "{layout:?}");
        }
        assert_eq!(layout.lines.iter().map(Vec::len).collect::<Vec<_>>(), [0, 0, 0, 0, 0, 1, 1, 0, 0, 0]);
    }

    #[test]
    fn crossings_are_undone() {
        let columns = [0, 0, 0, 1, 1, 1];
        let layout = lay_out(&columns, &[(0, 5), (1, 4), (2, 3), (0, 4), (1, 3)]);
        let order = |ids: [usize; 3]| {
            let mut ids = ids.to_vec();
            ids.sort_by(|a, b| layout.boxes[*a].total_cmp(&layout.boxes[*b]));
            ids
        };
        let (left, mut right) = (order([0, 1, 2]), order([5, 4, 3]));
        if left[0] == 2 {
            right.reverse();
        }
        assert!(right == [5, 4, 3] || right == [3, 4, 5], "{layout:?}");
    }
}
