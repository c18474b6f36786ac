//! What is tied to what, drawn: Services beside the workloads whose pods they select, these beside what they read, in one picture
//! that needs no scripts.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::layers::{BOX, Layout, lay_out};
use super::words;
use crate::object::refs::POD_SPECS;
use crate::plan::{Effect, Link, Plan, PlannedObject, Relation};
use crate::report::xml::escape;

/// More boxes are no picture that anyone reads.
const MOST: usize = 60;

/// Names are shortened to so many characters; all of it is in the tip.
const LONGEST: usize = 26;

/// On narrow screens it is scrolled rather than made smaller than this.
const NARROWEST: i64 = 820;

const GAP: i64 = 72;
const EDGE: i64 = 8;
const TOP: i64 = 40;

/// The picture of a plan, and what is to be said of it.
pub struct Graph {
    /// As SVG, for a page that has the styles; `None` where there is too much to draw.
    pub svg: Option<String>,
    /// What is left out.
    pub note: Option<String>,
    /// The links that are drawn.
    pub links: Vec<Link>,
}

/// The picture; `None` where nothing is tied to anything.
pub fn graph(plan: &Plan) -> Option<Graph> {
    if plan.links.is_empty() {
        return None;
    }
    let chosen = choose(plan);
    let drawn: Vec<usize> = chosen.objects.iter().copied().collect();
    let at = |index: usize| drawn.binary_search(&index).ok();
    let among = |link: &&Link| at(link.from).is_some() && at(link.to).is_some();
    let links: Vec<Link> = plan.links.iter().filter(among).copied().collect();
    Some(Graph { svg: (!drawn.is_empty()).then(|| draw(plan, &drawn, &links)), note: chosen.note, links })
}

/// What one object has to do with another, between the names of both.
pub fn relation(relation: Relation) -> &'static str {
    match relation {
        Relation::Routes => "leads to",
        Relation::Selects => "selects the pods of",
        Relation::Scales => "scales",
        Relation::Guards => "guards the pods of",
        Relation::Restricts => "restricts the pods of",
        Relation::Uses => "uses",
    }
}

struct Chosen {
    objects: BTreeSet<usize>,
    note: Option<String>,
}

/// All that is tied to something, and all workloads; where these are too many, what changes and what that is tied to.
fn choose(plan: &Plan) -> Chosen {
    let makes_pods = |object: &PlannedObject| POD_SPECS.iter().any(|(kind, _)| *kind == object.id.kind);
    let workloads = plan.objects.iter().enumerate().filter(|(_, object)| makes_pods(object)).map(|(index, _)| index);
    let all: BTreeSet<usize> = plan.links.iter().flat_map(|link| [link.from, link.to]).chain(workloads).collect();
    if all.len() <= MOST {
        return Chosen { objects: all, note: None };
    }
    let changed = |index: &usize| plan.objects.get(*index).is_some_and(|object| object.effect != Effect::None);
    let near = plan.links.iter().filter(|link| changed(&link.from) || changed(&link.to));
    let ends = near.flat_map(|link| [link.from, link.to]);
    let around: BTreeSet<usize> = all.iter().copied().filter(changed).chain(ends).collect();
    let alone: BTreeSet<usize> = all.iter().copied().filter(changed).collect();
    for (some, what) in [(around, "what changes and what it is tied to"), (alone, "what changes")] {
        if !some.is_empty() && some.len() <= MOST {
            let note = format!("Only {what} is drawn: {} of {} objects.", some.len(), all.len());
            return Chosen { objects: some, note: Some(note) };
        }
    }
    let note = format!("{} objects are tied to one another in {} ways, too many to be drawn.", all.len(), plan.links.len());
    Chosen { objects: BTreeSet::new(), note: Some(note) }
}

/// From left to right: what leads in, what stands before workloads, these, what they use, and what that uses.
fn column(kind: &str) -> usize {
    match kind {
        "Ingress" | "APIService" | "ValidatingWebhookConfiguration" | "MutatingWebhookConfiguration" => 0,
        "Service"
        | "HorizontalPodAutoscaler"
        | "PodDisruptionBudget"
        | "NetworkPolicy"
        | "RoleBinding"
        | "ClusterRoleBinding" => 1,
        "StorageClass" | "PersistentVolume" => 4,
        _ if POD_SPECS.iter().any(|(of, _)| *of == kind) => 2,
        _ => 3,
    }
}

/// One box.
struct Node<'a> {
    index: usize,
    object: &'a PlannedObject,
    column: usize,
    name: String,
    state: &'static str,
}

impl Node<'_> {
    /// As wide as its texts, by the average width of their letters.
    fn width(&self) -> i64 {
        let count = |text: &str| text.chars().count() as i64;
        let state = if self.state.is_empty() { 0 } else { 14 + 6 * count(self.state) };
        (48 + 13 * count(&self.object.id.kind) / 2 + state).max(46 + 9 * count(&self.name))
    }
}

fn draw(plan: &Plan, drawn: &[usize], links: &[Link]) -> String {
    let used: BTreeSet<usize> = drawn.iter().map(|index| column(&plan.objects[*index].id.kind)).collect();
    let used: Vec<usize> = used.into_iter().collect();
    let namespaces: BTreeSet<&str> =
        drawn.iter().map(|index| &*plan.objects[*index].id.namespace).filter(|name| !name.is_empty()).collect();
    let node = |index: &usize| {
        let object = &plan.objects[*index];
        let name = if namespaces.len() > 1 { words::full_name(&object.id) } else { object.id.name.clone() };
        let column = used.binary_search(&column(&object.id.kind)).unwrap_or(0);
        Node { index: *index, object, column, name: words::shortened(&name, LONGEST), state: state(object.effect) }
    };
    let nodes: Vec<Node> = drawn.iter().map(node).collect();
    let at = |index: usize| nodes.binary_search_by_key(&index, |node| node.index).unwrap_or(0);
    // What is named in a column of its own kind, or before it, is told below only.
    let edges: Vec<(usize, usize, Relation)> = links.iter().map(|link| (at(link.from), at(link.to), link.relation)).collect();
    let edges: Vec<(usize, usize, Relation)> =
        edges.into_iter().filter(|(from, to, _)| nodes[*from].column < nodes[*to].column).collect();
    let columns: Vec<usize> = nodes.iter().map(|node| node.column).collect();
    let layout = lay_out(&columns, &edges.iter().map(|(from, to, _)| (*from, *to)).collect::<Vec<_>>());
    Sheet::new(nodes, edges, layout, used.len()).draw()
}

/// The word in a box; unchanged objects have none.
fn state(effect: Effect) -> &'static str {
    match effect {
        Effect::None => "",
        Effect::Future | Effect::InPlace => "changed",
        Effect::Rollout => "rolls out",
        Effect::Create => "new",
        Effect::LeftBehind => "left behind",
        Effect::Delete => "deleted",
        Effect::Replace => "replaced",
        Effect::Refused => "refused",
    }
}

fn line_class(relation: Relation) -> &'static str {
    match relation {
        Relation::Routes | Relation::Selects => "selects",
        Relation::Scales => "scales",
        Relation::Guards | Relation::Restricts => "guards",
        Relation::Uses => "uses",
    }
}

/// The kinds of lines, and what each stands for.
const LINES: [(&str, &str); 4] = [
    ("selects", "leads to, selects the pods of"),
    ("scales", "scales"),
    ("guards", "guards or restricts the pods of"),
    ("uses", "uses"),
];

struct Sheet<'a> {
    nodes: Vec<Node<'a>>,
    edges: Vec<(usize, usize, Relation)>,
    layout: Layout,
    /// Left end and width of each column.
    columns: Vec<(i64, i64)>,
    out: String,
}

impl<'a> Sheet<'a> {
    fn new(nodes: Vec<Node<'a>>, edges: Vec<(usize, usize, Relation)>, layout: Layout, columns: usize) -> Sheet<'a> {
        let mut left = EDGE;
        let mut places = Vec::new();
        for column in 0..columns {
            let width = nodes.iter().filter(|node| node.column == column).map(Node::width).max().unwrap_or(0);
            places.push((left, width));
            left += width + GAP;
        }
        Sheet { nodes, edges, layout, columns: places, out: String::new() }
    }

    fn draw(mut self) -> String {
        let right = self.columns.last().map_or(0, |(left, width)| left + width + EDGE);
        let (width, height) = (right.max(self.legend_width()), TOP + self.layout.height.ceil() as i64 + EDGE);
        let count = |count: usize, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
        let _ = write!(
            self.out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"graph\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
             height=\"{height}\" style=\"min-width:{}px\" role=\"img\" aria-labelledby=\"graph-title graph-desc\">\n<title id=\"graph-title\">What is tied to \
             what</title>\n<desc id=\"graph-desc\">{}, {}; the list below the picture says the same.</desc>\n",
            width.min(NARROWEST),
            count(self.nodes.len(), "object"),
            count(self.edges.len(), "link"),
        );
        self.legend();
        for index in 0..self.edges.len() {
            self.edge(index);
        }
        for index in 0..self.nodes.len() {
            self.node(index);
        }
        self.out.push_str("</svg>\n");
        self.out
    }

    fn lines(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let used: BTreeSet<&str> = self.edges.iter().map(|(_, _, relation)| line_class(*relation)).collect();
        LINES.into_iter().filter(move |(class, _)| used.contains(class))
    }

    fn legend_width(&self) -> i64 {
        self.lines().map(|(_, label)| 66 + 57 * label.chars().count() as i64 / 10).sum::<i64>() + 2 * EDGE
    }

    fn legend(&mut self) {
        let mut x = EDGE;
        for (class, label) in self.lines().collect::<Vec<_>>() {
            let _ = writeln!(
                self.out,
                "<path class=\"line {class}\" d=\"M{x} 14h32\"/><path class=\"head\" d=\"M{} 14l-7 -4v8z\"/>",
                x + 36
            );
            let _ = writeln!(self.out, "<text class=\"kind\" x=\"{}\" y=\"18\">{label}</text>", x + 42);
            x += 66 + 57 * label.chars().count() as i64 / 10;
        }
    }

    fn y(&self, place: f64) -> i64 {
        TOP + place.round() as i64
    }

    /// Where an edge leaves or enters a box: several share its side in the order of where they lead.
    fn port(&self, node: usize, edge: usize, own: fn(&(usize, usize, Relation)) -> usize) -> i64 {
        let beyond = |index: usize| {
            let (from, to, _) = self.edges[index];
            let line = &self.layout.lines[index];
            let first = if own(&self.edges[index]) == from { line.first() } else { line.last() };
            let other = if own(&self.edges[index]) == from { to } else { from };
            first.copied().unwrap_or(self.layout.boxes[other])
        };
        let mut all: Vec<usize> = (0..self.edges.len()).filter(|index| own(&self.edges[*index]) == node).collect();
        all.sort_by(|a, b| beyond(*a).total_cmp(&beyond(*b)));
        let rank = all.iter().position(|index| *index == edge).unwrap_or(0) as f64;
        let room = BOX - 12.0;
        let step = if all.len() > 1 { (room / (all.len() - 1) as f64).min(9.0) } else { 0.0 };
        self.y(self.layout.boxes[node] + (rank - (all.len() - 1) as f64 / 2.0) * step)
    }

    fn edge(&mut self, index: usize) {
        let (from, to, what) = self.edges[index];
        let (first, last) = (self.port(from, index, |edge| edge.0), self.port(to, index, |edge| edge.1));
        let start = self.nodes[from].column;
        let (left, width) = self.columns[start];
        let mut path = format!("M{} {first}", left + width);
        let mut before = (left + width, first);
        let stops: Vec<i64> = self.layout.lines[index].iter().map(|y| self.y(*y)).collect();
        for (i, y) in stops.into_iter().chain([last]).enumerate() {
            let (left, width) = self.columns[start + i + 1];
            let end = start + i + 1 == self.nodes[to].column;
            let x = if end { left - 7 } else { left };
            let bend = (x - before.0) / 2;
            let _ = write!(path, "C{} {} {} {y} {x} {y}", before.0 + bend, before.1, x - bend);
            if !end {
                let _ = write!(path, "H{}", left + width);
            }
            before = (left + width, y);
        }
        let head = self.columns[self.nodes[to].column].0;
        let tip = format!("{} {} {}", title(&self.nodes[from]), relation(what), title(&self.nodes[to]));
        let _ = writeln!(
            self.out,
            "<g class=\"edge\"><title>{}</title><path class=\"line {}\" d=\"{path}\"/><path class=\"head\" d=\"M{head} {last}l-7 -4v8z\"/></g>",
            escape(&tip),
            line_class(what),
        );
    }

    fn node(&mut self, index: usize) {
        let node = &self.nodes[index];
        let (left, width) = self.columns[node.column];
        let top = self.y(self.layout.boxes[index]) - BOX as i64 / 2;
        let class = match node.object.effect {
            Effect::Refused => "refused",
            Effect::Replace => "lost replaced",
            Effect::Delete => "lost gone",
            Effect::LeftBehind => "none gone",
            Effect::Rollout => "rollout changed",
            Effect::Create => "create changed",
            Effect::InPlace | Effect::Future => "in-place changed",
            Effect::None => "none",
        };
        let tip = format!("{}: {}", title(node), words::headline(node.object));
        let _ = writeln!(self.out, "<g class=\"node {class}\"><title>{}</title>", escape(&tip));
        let _ = writeln!(self.out, "<rect x=\"{left}\" y=\"{top}\" width=\"{width}\" height=\"{BOX}\" rx=\"6\"/>");
        if node.object.effect == Effect::Replace {
            let (width, height) = (width - 6, BOX as i64 - 6);
            let _ =
                writeln!(self.out, "<rect x=\"{}\" y=\"{}\" width=\"{width}\" height=\"{height}\" rx=\"4\"/>", left + 3, top + 3);
        }
        let mut text = |class: &str, x: i64, y: i64, text: &str| {
            let _ = writeln!(self.out, "<text class=\"{class}\" x=\"{x}\" y=\"{y}\">{}</text>", escape(text));
        };
        text("mark", left + 17, top + 26, words::sign(node.object.effect));
        text("kind", left + 34, top + 16, &node.object.id.kind);
        if !node.state.is_empty() {
            text("state", left + width - 9, top + 16, node.state);
        }
        text("name", left + 34, top + 32, &node.name);
        self.out.push_str("</g>\n");
    }
}

fn title(node: &Node) -> String {
    format!("{} {}", node.object.id.kind, words::full_name(&node.object.id))
}
