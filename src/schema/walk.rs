//! The walk over one object: every node beside what the schema says of its place.

use super::hints::{self, Hint};
use super::tables::{Shape, Table, TypeId};
use super::values::{self, Wrong};
use crate::diagnostic::Cause;
use crate::object::Field;
use crate::validate::{Verdict, name_of};
use crate::yaml::{Kind, NodeId, Tree, flag};

/// What is done about unknown fields.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Strictness {
    /// They are refused.
    Strict,
    /// They are dropped without a word: Go decodes what is below here by hand.
    Lenient,
}

/// A node that is still to be looked at.
struct Step {
    node: NodeId,
    shape: &'static Shape,
    strictness: Strictness,
    /// The struct it is in, an index into [`Walk::frames`].
    frame: usize,
}

/// A struct on the way from the root to a node.
#[derive(Clone, Copy)]
pub struct Frame {
    /// Its node.
    pub node: NodeId,
    /// Its type.
    pub id: TypeId,
    /// The struct it is in; its own index at the top.
    pub up: usize,
}

struct Walk<'t> {
    tree: &'t mut Tree,
    table: &'static Table,
    frames: Vec<Frame>,
    todo: Vec<Step>,
    verdicts: Vec<Verdict>,
    /// How many more unknown fields get a hint: looking for what was meant takes time, and a file of thousands is no typo.
    hints: usize,
}

/// How many unknown fields of an object get a hint.
const HINTS: usize = 50;

/// Room for the structs of a usual object, and for what is still to be looked at.
const USUAL: usize = 32;

static STRINGS: Shape = Shape::Str;

/// Checks the struct of type `id` at `node`. Depth costs no stack.
pub fn walk(tree: &mut Tree, table: &'static Table, node: NodeId, id: TypeId) -> Vec<Verdict> {
    let mut walk = Walk {
        tree,
        table,
        frames: Vec::with_capacity(USUAL),
        todo: Vec::with_capacity(USUAL),
        verdicts: Vec::new(),
        hints: HINTS,
    };
    match walk.tree.kind(node) {
        Kind::Map => walk.fields(node, id, Strictness::Strict, 0),
        Kind::Null => {}
        _ => {
            let wrong = values::misfit(walk.field(node), &Shape::Struct(id));
            walk.refuse(node, *wrong);
        }
    }
    while let Some(step) = walk.todo.pop() {
        walk.step(step);
    }
    walk.verdicts
}

impl Walk<'_> {
    fn field(&self, node: NodeId) -> Field<'_> {
        Field::new(self.tree, node)
    }

    fn step(&mut self, step: Step) {
        if matches!(step.shape, Shape::Map(_)) {
            self.tree.mark(step.node, flag::FREE_KEYS);
        }
        let lenient = Step { strictness: Strictness::Lenient, ..step };
        match (step.shape, self.tree.kind(step.node)) {
            (_, Kind::Null) | (Shape::Any, _) => {}
            (Shape::Struct(id), Kind::Map) => self.fields(step.node, *id, step.strictness, step.frame),
            (Shape::List(inner), Kind::Seq) | (Shape::Map(inner), Kind::Map) => self.children(step, inner),
            (Shape::SchemaOrBool | Shape::SchemaOrArray | Shape::SchemaOrStrings, Kind::Map) => {
                self.todo.push(Step { shape: &self.table.json_schema, ..lenient });
            }
            (Shape::SchemaOrArray, Kind::Seq) => self.children(lenient, &self.table.json_schema),
            (Shape::SchemaOrStrings, Kind::Seq) => self.children(lenient, &STRINGS),
            (Shape::SchemaOrBool, Kind::Bool(_)) => {}
            // Go's decoders of these two look at brackets and braces only.
            (Shape::SchemaOrArray | Shape::SchemaOrStrings, kind) if kind != Kind::Map => {}
            (Shape::Struct(_) | Shape::List(_) | Shape::Map(_) | Shape::SchemaOrBool, _) => {
                let field = self.field(step.node);
                let help = hints::wrong_collection(field, step.shape);
                let wrong = Wrong { help, ..*values::misfit(field, step.shape) };
                self.refuse(step.node, wrong);
            }
            _ => {
                if let Err(wrong) = values::scalar(self.field(step.node), step.shape) {
                    self.refuse(step.node, *wrong);
                }
            }
        }
    }

    /// The fields of a struct: known ones are looked at later, unknown ones refused.
    fn fields(&mut self, node: NodeId, id: TypeId, strictness: Strictness, up: usize) {
        let frame = self.frames.len();
        self.frames.push(Frame { node, id, up });
        let kind = self.table.get(id);
        let mut next = self.tree.first(node);
        while let Some(child) = next {
            let flags = self.tree.flags(child);
            next = self.tree.next(child);
            match kind.marked(self.tree.key_bytes(child), self.tree.key_mark(child)) {
                _ if flags & (flag::SHADOWED | flag::SYNTHETIC | flag::POISONED) != 0 => {}
                Some(field) => {
                    self.tree.mark(child, flag::KNOWN);
                    if matches!(field.shape, Shape::Str) && self.tree.is_str(child) {
                        continue;
                    }
                    self.todo.push(Step { node: child, shape: &field.shape, strictness, frame });
                }
                None if strictness == Strictness::Strict => self.unknown(child, frame),
                None => {}
            }
        }
    }

    fn children(&mut self, step: Step, shape: &'static Shape) {
        let mut next = self.tree.first(step.node);
        while let Some(child) = next {
            next = self.tree.next(child);
            let is_fine = matches!(shape, Shape::Str) && self.tree.is_str(child);
            if !is_fine && self.tree.flags(child) & flag::SHADOWED == 0 {
                self.todo.push(Step { node: child, shape, ..step });
            }
        }
    }

    #[cold]
    fn unknown(&mut self, node: NodeId, frame: usize) {
        let field = self.field(node);
        let owner = self.table.get(self.frames[frame].id);
        let hint = match self.hints {
            0 => Hint::default(),
            _ => hints::unknown_field(self.table, &self.frames, frame, field),
        };
        self.verdicts.push(Verdict {
            cause: Cause::UnknownField,
            field: field.strict_path(),
            span: field.key_span(),
            message: format!("`{}` is not a field of {}", field.key(), owner.short_name()),
            help: hint.help.map(Into::into),
            label: None,
            rule: None,
            fix: hint.fix,
        });
        self.hints = self.hints.saturating_sub(1);
        let Some(meant) = hint.meant else {
            self.tree.mark(node, flag::POISONED);
            return;
        };
        // A misspelt field is read as the one it was meant to be: what it holds is checked, and nobody asks for it again.
        self.tree.node_mut(node).key = self.tree.cook(meant.name);
        self.todo.push(Step { node, shape: &meant.shape, strictness: Strictness::Strict, frame });
    }

    #[cold]
    fn refuse(&mut self, node: NodeId, wrong: Wrong) {
        let field = self.field(node);
        self.verdicts.push(Verdict {
            cause: Cause::Decode,
            field: field.path(),
            span: hints::short_span(field),
            message: format!("`{}` {}", name_of(field), wrong.why),
            help: wrong.help.map(Into::into),
            label: None,
            rule: None,
            fix: wrong.fix,
        });
        self.tree.mark(node, flag::POISONED);
    }
}
