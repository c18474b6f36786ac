//! The language server: diagnostics, fixes and answers about manifests, for any editor that speaks the protocol.
//!
//! One thread owns all state. It takes every message that is waiting before it works, so that a burst of keystrokes is checked
//! once and requests that were taken back are never answered.

mod actions;
mod completion;
mod diagnostics;
mod files;
mod head;
mod hints;
mod hover;
mod lens;
mod names;
mod navigate;
mod place;
mod ports;
mod positions;
mod projects;
mod requests;
mod server;
mod symbols;

use std::collections::VecDeque;
use std::process::ExitCode;
use std::sync::mpsc::{self, Receiver};

use lsp_server::{Connection, ErrorCode, Message, Notification, Request, RequestId, Response};
use lsp_types::InitializeParams;
use plimsoll::schema::Version;

use server::Server;

/// Serves the client at standard input and output until it says goodbye. `version` decides over configurations.
pub fn serve(version: Option<Version>) -> Result<ExitCode, String> {
    let (connection, threads) = Connection::stdio();
    let (id, params) = match connection.initialize_start() {
        Ok(start) => start,
        // A client that leaves before it began.
        Err(error) if error.channel_is_disconnected() => return Ok(ExitCode::from(1)),
        Err(error) => return Err(error.to_string()),
    };
    let params: InitializeParams = serde_json::from_value(params).unwrap_or_default();
    let mut server = Server::new(version, &params);
    let finished = connection.initialize_finish(id, server.welcome());
    if finished.is_err() {
        return Ok(ExitCode::from(1));
    }
    let sender = connection.sender.clone();
    server.start(&mut |message| _ = sender.send(message));
    let code = run(&mut server, &connection, &queue(&connection));
    drop((sender, connection));
    // The writer ends when every sender is gone; a reader that failed has nothing left to say.
    let _ = threads.join();
    Ok(code)
}

/// What the client says, kept while the server works. The connection itself holds one message at a time and lets the others wait
/// in the pipe, where nobody sees that they take a request back or go on typing.
fn queue(connection: &Connection) -> Receiver<Message> {
    let (sender, queue) = mpsc::channel();
    let receiver = connection.receiver.clone();
    std::thread::spawn(move || receiver.iter().all(|message| sender.send(message).is_ok()));
    queue
}

/// The loop: takes what waits, answers, and tells the client what changed when nothing waits any more.
fn run(server: &mut Server, connection: &Connection, queue: &Receiver<Message>) -> ExitCode {
    let mut waiting: VecDeque<Message> = VecDeque::new();
    let mut shut_down = false;
    let mut send = |message: Message| _ = connection.sender.send(message);
    loop {
        if waiting.is_empty() {
            server.publish(&mut send);
            match queue.recv() {
                Ok(message) => waiting.push_back(message),
                Err(_) => return ExitCode::from(1),
            }
        }
        waiting.extend(queue.try_iter());
        match waiting.pop_front() {
            Some(Message::Request(request)) if shut_down => {
                send(refusal(request.id, ErrorCode::InvalidRequest, "the server is shutting down"));
            }
            Some(Message::Request(request)) if request.method == "shutdown" => {
                shut_down = true;
                send(Response::new_ok(request.id, ()).into());
            }
            Some(Message::Request(request)) if is_cancelled(&waiting, &request.id) => {
                send(refusal(request.id, ErrorCode::RequestCanceled, "cancelled"));
            }
            Some(Message::Request(request)) => {
                // What the client hears about a text comes before answers about that text.
                server.publish(&mut send);
                send(answer(server, request));
            }
            Some(Message::Notification(note)) if note.method == "exit" => return ExitCode::from(u8::from(!shut_down)),
            Some(Message::Notification(note)) => noted(server, note, &mut send),
            Some(Message::Response(_)) | None => {}
        }
    }
}

/// Whether the client has taken the request `id` back by the time it would be answered.
fn is_cancelled(waiting: &VecDeque<Message>, id: &RequestId) -> bool {
    let own = serde_json::to_value(id).unwrap_or_default();
    waiting.iter().any(
        |message| matches!(message, Message::Notification(note) if note.method == "$/cancelRequest" && note.params["id"] == own),
    )
}

fn refusal(id: RequestId, code: ErrorCode, message: &str) -> Message {
    Response::new_err(id, code as i32, message.to_string()).into()
}

/// Exactly one response to every request, also where answering panics.
fn answer(server: &mut Server, request: Request) -> Message {
    let (id, method) = (request.id.clone(), request.method.clone());
    let guarded = std::panic::AssertUnwindSafe(|| requests::answer(server, request));
    match std::panic::catch_unwind(guarded) {
        Ok(Ok(value)) => Response::new_ok(id, value).into(),
        Ok(Err((code, message))) => refusal(id, code, &message),
        Err(_) => refusal(id, ErrorCode::InternalError, &format!("{method} failed: this is a defect of plimsoll")),
    }
}

fn noted(server: &mut Server, note: Notification, send: &mut dyn FnMut(Message)) {
    let guarded = std::panic::AssertUnwindSafe(|| requests::noted(server, note, send));
    // A notification has no answer; the panic's own message is in the editor's log.
    let _ = std::panic::catch_unwind(guarded);
}
