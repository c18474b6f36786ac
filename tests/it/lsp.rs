//! The language server over standard input and output: recorded sessions with snapshots, odd clients, and how long a key takes.
//!
//! A session in `testdata/lsp/` is a list of steps, each a line that begins with `>>> ` and what follows it:
//! `project NAME` copies a folder of `testdata/projects`, `file PATH` writes a file, `start CAPABILITIES` starts the server,
//! `open PATH`, `change PATH VERSION [CHANGES]`, `note METHOD PARAMS`, `ask METHOD PARAMS`. `$ROOT` stands for the folder's URI.
//! `@PATH:LINE:CHARACTER` in `ask METHOD @..` is short for a text document and a position.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::git;

/// A running server.
struct Client {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    last: i64,
    root: String,
    folder: tempfile::TempDir,
}

impl Client {
    fn start() -> Client {
        Client::of(&assert_cmd::cargo::cargo_bin("plimsoll"))
    }

    fn of(binary: &Path) -> Client {
        let folder = tempfile::tempdir().expect("a folder");
        let mut child = Command::new(binary)
            .arg("lsp")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("it runs");
        let (input, output) = (child.stdin.take(), BufReader::new(child.stdout.take().expect("output")));
        let path = folder.path().canonicalize().expect("a path");
        Client { child, input, output, last: 0, root: format!("file://{}", path.display()), folder }
    }

    fn send(&mut self, message: Value) {
        self.send_all(&[message]);
    }

    /// Sends messages so that all of them are there when the server looks.
    fn send_all(&mut self, messages: &[Value]) {
        let texts = messages.iter().map(Value::to_string);
        let all: String = texts.map(|text| format!("Content-Length: {}\r\n\r\n{text}", text.len())).collect();
        let input = self.input.as_mut().expect("open");
        input.write_all(all.as_bytes()).and_then(|()| input.flush()).expect("written");
    }

    fn note(&mut self, method: &str, params: Value) {
        self.send(json!({"jsonrpc": "2.0", "method": method, "params": params}));
    }

    fn receive(&mut self) -> Option<Value> {
        let mut length = 0;
        loop {
            let mut line = String::new();
            if self.output.read_line(&mut line).expect("read") == 0 {
                return None;
            }
            match line.trim().split_once(": ") {
                Some(("Content-Length", number)) => length = number.parse().expect("a number"),
                Some(_) => {}
                None => break,
            }
        }
        let mut body = vec![0; length];
        self.output.read_exact(&mut body).expect("the body");
        Some(serde_json::from_slice(&body).expect("JSON"))
    }

    /// The answer, and everything that came before it.
    fn ask(&mut self, method: &str, params: Value) -> (Value, Vec<Value>) {
        self.last += 1;
        let id = self.last;
        self.send(json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}));
        let mut before = Vec::new();
        loop {
            let message = self.receive().expect("an answer");
            if message["id"] == id && message.get("method").is_none() {
                return (message, before);
            }
            before.push(message);
        }
    }

    /// Everything the server says until it has nothing more to say.
    fn settle(&mut self) -> Vec<Value> {
        self.ask("$/settle", Value::Null).1
    }

    fn initialize(&mut self, capabilities: Value) -> Value {
        let folders = json!([{"uri": self.root, "name": "w"}]);
        let params = json!({"processId": null, "rootUri": null, "capabilities": capabilities, "workspaceFolders": folders});
        let (answer, _) = self.ask("initialize", params);
        self.note("initialized", json!({}));
        answer
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("made");
        std::fs::write(path, text).expect("written");
    }

    fn open(&mut self, name: &str, text: &str) {
        let uri = format!("{}/{name}", self.root);
        self.note(
            "textDocument/didOpen",
            json!({"textDocument": {"uri": uri, "languageId": "yaml", "version": 1, "text": text}}),
        );
    }

    /// Ends the conversation properly; gives the exit code.
    fn end(mut self) -> Option<i32> {
        let (answer, _) = self.ask("shutdown", Value::Null);
        assert!(answer.get("error").is_none(), "{answer}");
        self.note("exit", Value::Null);
        self.child.wait().expect("it ends").code()
    }
}

#[test]
fn sessions() {
    insta::with_settings!({prepend_module_to_snapshot => false, omit_expression => true, snapshot_path => "../../snapshots/lsp"}, {
        for entry in std::fs::read_dir("testdata/lsp").expect("sessions") {
            let path = entry.expect("readable").path();
            let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
            insta::assert_snapshot!(name, replay(&std::fs::read_to_string(&path).expect("UTF-8")));
        }
    });
}

#[test]
fn lenses_compare_with_head() {
    let mut client = Client::start();
    copy(Path::new("testdata/projects/todo"), &client);
    git::commit(client.folder.path());
    client.initialize(json!({}));
    let text = std::fs::read_to_string("testdata/projects/todo-next/web.yaml").expect("UTF-8");
    client.open("web.yaml", &text);
    let uri = format!("{}/web.yaml", client.root);
    let lenses = |client: &mut Client| -> Vec<Value> {
        let (answer, _) = client.ask("textDocument/codeLens", json!({"textDocument": {"uri": uri}}));
        answer["result"].as_array().expect("lenses").iter().map(|lens| lens["command"].clone()).collect()
    };
    let titles = |list: &[Value]| -> Vec<String> {
        list.iter().filter_map(|command| command["title"].as_str()).map(str::to_string).collect()
    };
    let first = lenses(&mut client);
    // The second answer is one from memory.
    assert_eq!(titles(&first), titles(&lenses(&mut client)));
    let deployment = first.iter().find(|command| command["arguments"][1] == "Deployment/todo/web").expect("its lens");
    let params = json!({"command": deployment["command"], "arguments": deployment["arguments"]});
    let (plan, _) = client.ask("workspace/executeCommand", params);
    let plan = plan["result"].as_str().expect("a text").to_string();
    // A client that has not said that it shows the answer is sent it as a message.
    let messages: Vec<Value> = client.settle().into_iter().filter(|message| message["method"] == "window/showMessage").collect();
    assert_eq!((messages.len(), &messages[0]["params"]["message"]), (1, &json!(plan)));

    client.write("web.yaml", &text);
    git::git(client.folder.path(), &["commit", "--quiet", "--all", "--message", "second"]);
    let second = lenses(&mut client);
    let shown = format!("{}\n\n{plan}\nonce it is committed:\n{}", titles(&first).join("\n"), titles(&second).join("\n"));
    insta::with_settings!({prepend_module_to_snapshot => false, omit_expression => true, snapshot_path => "../../snapshots/lsp"}, {
        insta::assert_snapshot!("lens-head", shown);
    });
    assert_eq!(client.end(), Some(0));
}

fn replay(session: &str) -> String {
    let mut client = Client::start();
    let mut out = String::new();
    for step in format!("\n{session}").split("\n>>> ").skip(1) {
        let (head, body) = step.split_once('\n').unwrap_or((step, ""));
        let (word, rest) = head.split_once(' ').unwrap_or((head, ""));
        let said = perform(&mut client, word, rest, body);
        if word != "file" && word != "project" {
            out.push_str(&format!(">>> {head}\n{body}"));
            out.push_str(if body.is_empty() || body.ends_with('\n') { "" } else { "\n" });
            said.iter().for_each(|message| out.push_str(&shown(message, &client.root)));
        }
    }
    assert_eq!(client.end(), Some(0));
    out
}

fn perform(client: &mut Client, word: &str, rest: &str, body: &str) -> Vec<Value> {
    let root = client.root.clone();
    let (name, more) = rest.split_once(' ').unwrap_or((rest, ""));
    let value = |text: &str| -> Value {
        let text = if text.is_empty() { body.to_string() } else { text.to_string() };
        serde_json::from_str(&text.replace("$ROOT", &root)).unwrap_or_else(|error| panic!("{text}: {error}"))
    };
    match word {
        "file" => client.write(rest, body),
        "project" => copy(Path::new(&format!("testdata/projects/{rest}")), client),
        "start" => return vec![client.initialize(value(rest))],
        "open" => {
            let text =
                if body.is_empty() { std::fs::read_to_string(client.path(rest)).expect("a file") } else { body.to_string() };
            client.open(rest, &text);
        }
        "change" => {
            let (version, changes) = more.split_once(' ').unwrap_or((more, ""));
            let version: i64 = version.parse().expect("a version");
            let document = json!({"uri": format!("{root}/{name}"), "version": version});
            client.note("textDocument/didChange", json!({"textDocument": document, "contentChanges": value(changes)}));
        }
        "note" => client.note(name, value(more)),
        "ask" => {
            let params = more.strip_prefix('@').map_or_else(|| value(more), |at| at_position(&root, at));
            let (answer, mut before) = client.ask(name, params);
            before.push(answer);
            return before;
        }
        word => panic!("unknown step {word}"),
    }
    if word == "file" || word == "project" { Vec::new() } else { client.settle() }
}

/// `web.yaml:3:4 {"newName": "x"}` as parameters; lines and characters count from 0.
fn at_position(root: &str, at: &str) -> Value {
    let (place, more) = at.split_once(' ').unwrap_or((at, "{}"));
    let parts: Vec<&str> = place.split(':').collect();
    let number = |i: usize| parts.get(i).and_then(|text| text.parse::<u32>().ok()).expect("a number");
    let mut params: Value = serde_json::from_str(more).expect("JSON");
    params["textDocument"] = json!({"uri": format!("{root}/{}", parts[0])});
    params["position"] = json!({"line": number(1), "character": number(2)});
    params
}

fn copy(from: &Path, client: &Client) {
    for entry in walkdir::WalkDir::new(from).into_iter().map(|entry| entry.expect("readable")) {
        if entry.file_type().is_file() {
            let name = entry.path().strip_prefix(from).expect("below").to_string_lossy().into_owned();
            client.write(&name, &std::fs::read_to_string(entry.path()).expect("UTF-8"));
        }
    }
}

/// A message, ranges in short and the folder's own name left out.
fn shown(message: &Value, root: &str) -> String {
    let (head, body) = match (&message["method"], &message["result"], &message["error"]) {
        (Value::String(method), _, _) => (format!("<<< {method}"), &message["params"]),
        (_, result, Value::Null) => ("<<< answer".to_string(), result),
        (_, _, error) => ("<<< error".to_string(), error),
    };
    let text = serde_json::to_string_pretty(&shortened(body)).expect("JSON");
    let text = text
        .replace(root, "$ROOT")
        .replace(root.trim_start_matches("file://"), "$ROOT")
        .replace(env!("CARGO_PKG_VERSION"), "$VERSION");
    format!("{head}\n{text}\n")
}

fn shortened(value: &Value) -> Value {
    let place = |position: &Value| format!("{}:{}", position["line"], position["character"]);
    match value {
        Value::Object(map) if map.len() == 2 && map.contains_key("start") && map.contains_key("end") => {
            Value::String(format!("{}-{}", place(&value["start"]), place(&value["end"])))
        }
        Value::Object(map) if map.len() == 2 && map.contains_key("line") && map.contains_key("character") => place(value).into(),
        Value::Object(map) => {
            let told = map.iter().filter(|(key, _)| !matches!(key.as_str(), "codeDescription" | "source"));
            told.map(|(key, inner)| (key.clone(), shortened(inner))).collect()
        }
        Value::Array(list) => list.iter().map(shortened).collect(),
        _ => value.clone(),
    }
}

#[test]
fn an_exit_without_goodbye_is_a_failure() {
    let mut client = Client::start();
    client.initialize(json!({}));
    client.note("exit", Value::Null);
    assert_eq!(client.child.wait().expect("it ends").code(), Some(1));
    let mut client = Client::start();
    client.input.take();
    assert_eq!(client.child.wait().expect("it ends").code(), Some(1));
}

#[test]
fn every_request_gets_one_answer() {
    let mut client = Client::start();
    client.initialize(json!({}));
    for (method, params, code) in [
        ("textDocument/noSuchThing", json!({}), -32601),
        ("textDocument/codeAction", json!({"range": 5}), -32602),
        ("textDocument/codeAction", json!(null), -32602),
    ] {
        let (answer, _) = client.ask(method, params);
        assert_eq!(answer["error"]["code"], code, "{answer}");
    }
    // Notifications that make no sense are left alone.
    client.note("textDocument/didChange", json!({"textDocument": {"uri": "file:///no", "version": 1}, "contentChanges": []}));
    client.note("textDocument/didOpen", json!(7));
    client.note("$/unknown", json!({}));
    assert_eq!(client.end(), Some(0));
}

/// What was taken back while the server was busy with something else is refused, and what comes after it is answered.
#[test]
fn a_request_that_was_taken_back_is_not_answered() {
    let mut client = Client::start();
    client.initialize(json!({}));
    let request = |id: i64, method: &str| {
        let params = json!({"textDocument": {"uri": "file:///a.yaml"}, "position": {"line": 0, "character": 0}});
        json!({"jsonrpc": "2.0", "id": id, "method": format!("textDocument/{method}"), "params": params})
    };
    let text = std::fs::read_to_string("testdata/projects/todo/web.yaml").expect("UTF-8");
    let document = json!({"uri": "file:///a.yaml", "languageId": "yaml", "version": 1, "text": text});
    client.send_all(&[
        json!({"jsonrpc": "2.0", "method": "textDocument/didOpen", "params": {"textDocument": document}}),
        request(100, "codeLens"),
        request(101, "hover"),
        request(102, "hover"),
        json!({"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": 101}}),
    ]);
    let mut answers = Vec::new();
    while answers.len() < 3 {
        let message = client.receive().expect("a message");
        if message.get("method").is_none() {
            answers.push((message["id"].as_i64(), message["error"]["code"].as_i64()));
        }
    }
    assert_eq!(answers, [(Some(100), None), (Some(101), Some(-32800)), (Some(102), None)]);
    assert_eq!(client.end(), Some(0));
}

/// The position of character `at`.
fn place_of(text: &[char], at: usize) -> Value {
    let before: String = text[..at].iter().collect();
    let line = before.rsplit_once('\n').map_or(before.as_str(), |(_, line)| line);
    json!({"line": before.matches('\n').count(), "character": line.encode_utf16().count()})
}

/// Edits at any place, sensible or not, leave the server with the text the client has: what it says is what a fresh look says.
#[test]
fn incremental_equals_from_scratch() {
    let mut client = Client::start();
    client.initialize(json!({}));
    let mut text: Vec<char> = std::fs::read_to_string("testdata/projects/todo-broken/web.yaml").expect("UTF-8").chars().collect();
    client.open("a.yaml", &text.iter().collect::<String>());
    let mut seed = 7u64;
    let mut random = |below: usize| {
        seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (seed >> 33) as usize % below
    };
    for round in 2..60 {
        let from = random(text.len());
        let to = (from + random(6)).min(text.len());
        let new = ["", "x", "\n", "\n---\n", ": ", "- ", "\u{1F600}", "[", "\"", "\r\n", "\t"][random(11)];
        let in_break = |at: usize| at > 0 && text[at - 1] == '\r';
        if in_break(from) || in_break(to) {
            continue;
        }
        let change = json!({"range": {"start": place_of(&text, from), "end": place_of(&text, to)}, "text": new});
        text.splice(from..to, new.chars());
        let document = json!({"uri": format!("{}/a.yaml", client.root), "version": round});
        client.note("textDocument/didChange", json!({"textDocument": document, "contentChanges": [change]}));
        let place = json!({"textDocument": {"uri": format!("{}/a.yaml", client.root)}, "position": place_of(&text, from.min(text.len()))});
        for method in ["hover", "completion", "definition", "prepareRename"] {
            let (answer, _) = client.ask(&format!("textDocument/{method}"), place.clone());
            assert!(answer.get("error").is_none(), "{answer}");
        }
    }
    let last = |said: Vec<Value>| said.last().map(|message| message["params"]["diagnostics"].to_string());
    let document = json!({"uri": format!("{}/a.yaml", client.root), "version": 99});
    let append = json!({"range": {"start": {"line": 9999, "character": 0}, "end": {"line": 9999, "character": 0}}, "text": "#"});
    client.note("textDocument/didChange", json!({"textDocument": document, "contentChanges": [append]}));
    let incremental = last(client.settle());
    let whole: String = text.iter().chain(&['#']).collect();
    client.note("textDocument/didChange", json!({"textDocument": document, "contentChanges": [{"text": whole}]}));
    assert_eq!(incremental, last(client.settle()));
    assert_eq!(client.end(), Some(0));
}

/// A document of a thousand objects' workspace is changed by one key; the answer is there soon, also in a debug build.
/// `.ci/run` names the release build, which has less time.
#[test]
fn a_key_among_a_thousand_objects_is_answered_soon() {
    let release = std::env::var_os("PLIMSOLL_RELEASE");
    let limit = Duration::from_millis(if release.is_some() { 50 } else { 500 });
    let mut client = release.map_or_else(Client::start, |binary| Client::of(Path::new(&binary)));
    let set = std::fs::read_to_string("testdata/projects/todo-broken/database.yaml").expect("UTF-8");
    for i in 0..350 {
        client.write(&format!("{i}/database.yaml"), &set.replace("namespace: todo", &format!("namespace: n{i}")));
    }
    client.initialize(json!({}));
    client.settle();
    client.open("7/database.yaml", &set);
    client.settle();
    let mut times: Vec<Duration> = Vec::new();
    for version in 2..12 {
        let change = json!({"range": {"start": {"line": 4, "character": 8}, "end": {"line": 4, "character": 8}}, "text": "x"});
        let document = json!({"uri": format!("{}/7/database.yaml", client.root), "version": version});
        let start = Instant::now();
        client.note("textDocument/didChange", json!({"textDocument": document, "contentChanges": [change]}));
        assert!(!client.settle().is_empty());
        times.push(start.elapsed());
    }
    times.sort();
    assert!(times[5] < limit, "{times:?}");
    assert_eq!(client.end(), Some(0));
}
