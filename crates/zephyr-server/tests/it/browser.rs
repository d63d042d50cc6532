//! A real browser, driven over its own protocol through a pipe, and what every page has to be in it. Where there is no
//! chromium, tests are skipped by name. With `ZEPHYR_PICTURES` set to a folder, every page that is looked at is kept there.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::{Value, json};

use crate::kit::skipped;

/// How long anything in it may take before it hangs.
const PATIENCE: Duration = Duration::from_secs(60);

pub struct Browser {
    child: Child,
    to: ChildStdin,
    from: Receiver<Value>,
    session: Option<String>,
    sent: u64,
    /// Pages that were loaded and not waited for.
    loaded: usize,
    _profile: tempfile::TempDir,
}

impl Drop for Browser {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Browser {
    /// One page of it, without scripts; `None` where there is none, which is said.
    pub fn start(test: &str) -> Option<Self> {
        let found = Command::new("chromium").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
        if found.is_err() {
            skipped(test, "there is no chromium");
            return None;
        }
        let profile = tempfile::tempdir().unwrap();
        let mut child = Command::new("sh")
            .args(["-c", r#"exec chromium "$@" 3<&0 4>&1 0</dev/null 1>/dev/null 2>/dev/null"#, "chromium"])
            .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"])
            .args(["--disable-background-networking", "--remote-debugging-pipe", "--force-color-profile=srgb"])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .arg("about:blank")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (to, out) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let (sender, from) = channel();
        std::thread::spawn(move || {
            for message in BufReader::new(out).split(0).map_while(Result::ok) {
                if sender.send(serde_json::from_slice(&message).unwrap()).is_err() {
                    return;
                }
            }
        });
        let mut browser = Self { child, to, from, session: None, sent: 0, loaded: 0, _profile: profile };
        let target = browser.call("Target.createTarget", json!({ "url": "about:blank" }))["targetId"].clone();
        let attached = browser.call("Target.attachToTarget", json!({ "targetId": target, "flatten": true }));
        browser.session = Some(attached["sessionId"].as_str().unwrap().to_owned());
        browser.call("Page.enable", json!({}));
        browser.call("Emulation.setScriptExecutionDisabled", json!({ "value": true }));
        Some(browser)
    }

    /// Asks for something and waits for its answer.
    #[track_caller]
    pub fn call(&mut self, method: &str, params: Value) -> Value {
        self.sent += 1;
        let mut message = json!({ "id": self.sent, "method": method, "params": params });
        if let Some(session) = &self.session {
            message["sessionId"] = json!(session);
        }
        let mut bytes = message.to_string().into_bytes();
        bytes.push(0);
        self.to.write_all(&bytes).unwrap();
        loop {
            let answer = self.from.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("no answer to {method}"));
            self.note(&answer);
            if answer["id"] == json!(self.sent) {
                assert!(answer.get("error").is_none(), "{method}: {answer}");
                return answer["result"].clone();
            }
        }
    }

    fn note(&mut self, message: &Value) {
        self.loaded += usize::from(message["method"] == "Page.loadEventFired");
    }

    /// Waits for the page that something led to.
    #[track_caller]
    fn arrive(&mut self) {
        while self.loaded == 0 {
            let message = self.from.recv_timeout(PATIENCE).expect("a page");
            self.note(&message);
        }
        self.loaded = 0;
    }

    /// How large its window is, and whether it is dark.
    pub fn looks(&mut self, width: u32, dark: bool) {
        let size = json!({ "width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 500 });
        self.call("Emulation.setDeviceMetricsOverride", size);
        let scheme = if dark { "dark" } else { "light" };
        let media = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        self.call("Emulation.setEmulatedMedia", media);
    }

    #[track_caller]
    pub fn go(&mut self, url: &str) {
        self.loaded = 0;
        self.call("Page.navigate", json!({ "url": url }));
        self.arrive();
    }

    /// What an expression is in the page.
    #[track_caller]
    pub fn eval(&mut self, expression: &str) -> Value {
        let asked = json!({ "expression": expression, "returnByValue": true });
        let answer = self.call("Runtime.evaluate", asked);
        assert!(answer.get("exceptionDetails").is_none(), "{expression}: {answer:#}");
        answer["result"]["value"].clone()
    }

    #[track_caller]
    pub fn text(&mut self, expression: &str) -> String {
        let value = self.eval(expression);
        value.as_str().unwrap_or_else(|| panic!("{expression}: {value}")).to_owned()
    }

    /// Presses a key and lets it go.
    pub fn press(&mut self, key: &str) {
        let (code, text) = match key {
            "Tab" => (9, ""),
            "Enter" => (13, "\r"),
            "Space" => (32, " "),
            "ArrowDown" => (40, ""),
            "ArrowUp" => (38, ""),
            other => panic!("no key {other}"),
        };
        let name = if key == "Space" { " " } else { key };
        let kind = if text.is_empty() { "rawKeyDown" } else { "keyDown" };
        let down = json!({ "type": kind, "key": name, "code": key, "windowsVirtualKeyCode": code, "text": text });
        self.call("Input.dispatchKeyEvent", down);
        let up = json!({ "type": "keyUp", "key": name, "code": key, "windowsVirtualKeyCode": code });
        self.call("Input.dispatchKeyEvent", up);
    }

    pub fn write(&mut self, text: &str) {
        self.call("Input.insertText", json!({ "text": text }));
    }

    /// Goes with the tabulator alone to what has this in its text, its name or its label.
    #[track_caller]
    pub fn tab_to(&mut self, wanted: &str) {
        let mut seen = Vec::new();
        for _ in 0..400 {
            let focused = self.text(FOCUSED);
            if focused.contains(wanted) {
                return;
            }
            seen.push(focused);
            self.press("Tab");
        }
        panic!("{wanted} is not reached by keyboard; what is: {seen:?}");
    }

    /// Goes there with the keyboard and presses Enter.
    #[track_caller]
    pub fn follow(&mut self, wanted: &str) {
        self.tab_to(wanted);
        self.loaded = 0;
        self.press("Enter");
        self.arrive();
    }

    /// Signs in, in a person's name, by keyboard; without a script nothing can do it for them.
    #[track_caller]
    pub fn sign_in(&mut self, at: &str, token: &str) {
        self.go(&format!("{at}/login"));
        self.tab_to("Your token");
        self.write(token);
        self.loaded = 0;
        self.press("Enter");
        self.arrive();
    }

    /// Holds a page to what every page has to be, and keeps its picture where that is asked for.
    #[track_caller]
    pub fn is_sound(&mut self, name: &str) {
        #[expect(clippy::disallowed_methods, reason = "whoever runs the tests says where pictures go")]
        if let Some(folder) = std::env::var_os("ZEPHYR_PICTURES") {
            let shown = self.call("Page.captureScreenshot", json!({ "captureBeyondViewport": true, "format": "png" }));
            let path = std::path::Path::new(&folder).join(format!("{name}.png.base64"));
            std::fs::write(path, shown["data"].as_str().unwrap()).unwrap();
        }
        let found = self.eval(&format!("({SOUND})()"));
        assert_eq!(found, json!([]), "{name}");
    }
}

const FOCUSED: &str = r"(() => {
  const at = document.activeElement;
  if (at === document.body) return '';
  const label = at.labels && at.labels[0] ? at.labels[0].textContent : '';
  return [at.getAttribute('aria-label') || '', label, at.textContent, at.id].join(' ');
})()";

/// Everything that is wrong with the page: room from left to right, targets, labels, names, contrast, one heading.
const SOUND: &str = r#"() => {
  const wrong = [];
  const say = (what, at) => wrong.push(what + ': ' + at.outerHTML.slice(0, 160));
  const root = document.documentElement;
  if (root.scrollWidth > root.clientWidth) {
    wrong.push('scrolls from left to right: ' + root.scrollWidth + ' of ' + root.clientWidth);
  }
  if (document.querySelectorAll('h1').length !== 1) wrong.push('not one h1');
  if (!root.lang || !document.title) wrong.push('no language or title');
  const shown = (at) => at.getClientRects().length > 0 && getComputedStyle(at).visibility !== 'hidden';
  for (const at of document.querySelectorAll('button, .button, nav a, input, select, textarea, summary')) {
    if (!shown(at) || at.type === 'hidden') continue;
    const choice = at.closest('.choice');
    const box = (choice || at).getBoundingClientRect();
    if (box.height < 43.5 || box.width < 43.5) say('smaller than 44 px', at);
  }
  for (const at of document.querySelectorAll('main a:not(.button)')) {
    const box = at.getBoundingClientRect();
    const inside = at.closest('p, dd, bdi, .pre') !== null;
    if (shown(at) && !inside && box.height < 23.5) say('lower than 24 px', at);
  }
  for (const at of document.querySelectorAll('input, select, textarea')) {
    if (at.type !== 'hidden' && !(at.labels && at.labels.length)) say('no label', at);
  }
  for (const at of document.querySelectorAll('a, button')) {
    if (!(at.getAttribute('aria-label') || at.textContent).trim()) say('no name', at);
  }
  const ids = [...document.querySelectorAll('[id]')].map((at) => at.id);
  if (new Set(ids).size !== ids.length) wrong.push('an id twice');
  const parts = (text) => (text.match(/[\d.]+/g) || []).map(Number);
  const light = (rgb) => {
    const [r, g, b] = rgb.map((c) => { c /= 255; return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (at) => {
    for (let up = at; up; up = up.parentElement) {
      const style = getComputedStyle(up);
      const drawn = style.backgroundImage.match(/rgba?\([^)]*\)/g);
      if (drawn) return drawn.map(parts);
      const colour = parts(style.backgroundColor);
      if (colour.length === 3 || colour[3] > 0) return [colour];
    }
    return [[255, 255, 255]];
  };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const at = texts.currentNode.parentElement;
    if (!texts.currentNode.textContent.trim() || !shown(at)) continue;
    const style = getComputedStyle(at);
    const ink = light(parts(style.color).slice(0, 3));
    const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && style.fontWeight >= 700);
    for (const colour of ground(at)) {
      const back = light(colour.slice(0, 3));
      const contrast = (Math.max(ink, back) + 0.05) / (Math.min(ink, back) + 0.05);
      if (contrast < (large ? 3 : 4.5)) { say('contrast ' + contrast.toFixed(2), at); break; }
    }
  }
  return [...new Set(wrong)].slice(0, 12);
}"#;
