//! The plan's page in a real browser, where there is one: it draws, complains about nothing and asks for nothing.

use std::path::Path;
use std::process::{Command, Output};

use super::plan_fixture::plan;

#[test]
fn the_page_stands_alone() {
    if Command::new("chromium").arg("--version").output().is_err() {
        super::say("NOT TESTED: no `chromium` in PATH, so nothing has opened the plan's page");
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let page = folder.path().join("plan.html");
    std::fs::write(&page, plimsoll::report::plan_html(&plan())).expect("written");
    let output = open(folder.path(), &page, "--dump-dom");
    let dom = String::from_utf8_lossy(&output.stdout);
    let log = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{log}");
    for wanted in [
        "<title id=\"t2-title\">Deployment shop/shop</title>",
        "<title>step 3: start 2 new\n8 old, 5 new wanted; 8 of 13 ready; 2 stopping</title>",
        "<title>node-3, step 1: old revision, stopping</title>",
        "<title>Service shop/shop selects the pods of Deployment shop/shop</title>",
        "<title>Deployment shop/shop: shop-b786f87d7 → shop-689f884694</title>",
        "class=\"floor\"",
        "class=\"ceiling\"",
    ] {
        assert!(dom.contains(wanted), "not in the page as the browser has it: {wanted}\n{dom}");
    }
    for line in log.lines() {
        assert!(!line.contains("CONSOLE"), "the console says: {line}");
        assert!(
            !line.contains("Refused to load") && !line.contains("ERR_NAME_NOT_RESOLVED"),
            "a request leaves the page: {line}"
        );
    }
    let asks = net_log(&folder.path().join("net.json"));
    assert_eq!(asks, Vec::<String>::new(), "requests leave the page");
    drawn(folder.path(), &page);
    laid_out(folder.path());
    watched(folder.path());
}

/// The watch works: a page that does ask, and that complains, is caught at it.
fn watched(folder: &Path) {
    let page = folder.join("asks.html");
    let text = "<img src=\"http://example.test/x.png\"><script>console.error('bad')</script>";
    std::fs::write(&page, text).expect("written");
    let output = open(folder, &page, "--dump-dom");
    assert!(String::from_utf8_lossy(&output.stderr).contains("CONSOLE"));
    assert!(net_log(&folder.join("net.json")).iter().any(|url| url.contains("example.test")));
}

fn open(folder: &Path, page: &Path, what: &str) -> Output {
    Command::new("chromium")
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
        ])
        .args(["--disable-component-update", "--disable-sync", "--disable-default-apps", "--disable-dev-shm-usage"])
        .args(["--enable-logging=stderr", "--v=0", "--host-resolver-rules=MAP * ~NOTFOUND", "--window-size=1100,1600"])
        .arg(format!("--user-data-dir={}", folder.join("profile").display()))
        .arg(format!("--log-net-log={}", folder.join("net.json").display()))
        .arg(what)
        .arg(format!("file://{}", page.display()))
        .output()
        .expect("chromium runs")
}

/// Addresses of the network that were asked for, those left out that this browser asks on its own account whatever page is open.
fn net_log(path: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let addresses = text.split("\"url\":\"").skip(1).filter_map(|rest| rest.split('"').next());
    let own =
        ["clients2.google.com", "accounts.google.com", "update.googleapis.com", "www.google.com", "android.clients.google.com"];
    let foreign = addresses.filter(|url| url.starts_with("http") && !own.iter().any(|host| url.contains(host)));
    foreign.map(str::to_string).collect()
}

/// As the browser sets their letters, no drawing cuts a text off; in the picture of what is tied to what, no text leaves its box,
/// and no two boxes or texts meet.
fn laid_out(folder: &Path) {
    let page = folder.join("measured.html");
    let mut plan = plan();
    // Long names, of wide letters too.
    for (object, name) in
        plan.objects.iter_mut().zip(["recommendation", "mmmmmmmm-wwwwwwww", "a-name-that-is-far-too-long-for-any-box"])
    {
        object.id.name = name.to_string();
    }
    let mut html = plimsoll::report::plan_html(&plan);
    // The page itself runs no scripts; this one measures, in a copy that allows it.
    html = html.replace("default-src 'none';", "default-src 'none'; script-src 'unsafe-inline';");
    html = html.replace("</body>", &format!("<script>{MEASURE}</script></body>"));
    std::fs::write(&page, html).expect("written");
    let output = open(folder, &page, "--dump-dom");
    let dom = String::from_utf8_lossy(&output.stdout);
    assert!(
        dom.contains("data-measured=\"8 boxes, bad: \""),
        "{}",
        dom.lines().find(|line| line.contains("data-measured")).unwrap_or(&dom)
    );
}

const MEASURE: &str = "
    const place = element => element.getBoundingClientRect(), bad = [];
    const meet = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
    const nodes = [...document.querySelectorAll('.graph .node')];
    nodes.forEach((node, i) => {
        const box = place(node.querySelector('rect')), texts = [...node.querySelectorAll('text')];
        for (const text of texts) {
            const at = place(text);
            if (at.left < box.left || at.right > box.right) bad.push(text.textContent + ' leaves its box');
        }
        const [kind, state] = ['.kind', '.state'].map(part => node.querySelector(part));
        if (state && meet(place(kind), place(state))) bad.push(kind.textContent + ' meets ' + state.textContent);
        nodes.slice(i + 1).filter(other => meet(box, place(other.querySelector('rect')))).forEach(() => bad.push('boxes meet'));
    });
    for (const svg of document.querySelectorAll('svg')) {
        const paper = place(svg);
        for (const text of svg.querySelectorAll('text')) {
            const at = place(text);
            const cut = at.left < paper.left || at.right > paper.right || at.bottom > paper.bottom;
            if (cut) bad.push(text.textContent + ' is cut off');
        }
    }
    document.documentElement.dataset.measured = nodes.length + ' boxes, bad: ' + bad.join('; ');";

/// The page is not blank: a picture of it takes some bytes.
fn drawn(folder: &Path, page: &Path) {
    let picture = folder.join("page.png");
    let output = open(folder, page, &format!("--screenshot={}", picture.display()));
    let size = std::fs::metadata(&picture).map_or(0, |data| data.len());
    assert!(size > 40_000, "a picture of {size} bytes: {}", String::from_utf8_lossy(&output.stderr));
}
