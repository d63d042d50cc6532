//! Something between the command line and the server that loses answers on command.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// What becomes of a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mood {
    /// It goes to this address and back.
    Pass(String),
    /// The request goes to this address and its answer is waited for, then the connection is cut without it.
    LoseAnswer(String),
    /// It is cut before anything is read.
    Cut,
}

/// A proxy on a port of its own.
pub struct Proxy {
    pub address: String,
    mood: Arc<Mutex<Mood>>,
    /// Answers that were lost.
    pub lost: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    pub fn new(mood: Mood) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (mood, lost) = (Arc::new(Mutex::new(mood)), Arc::new(Mutex::new(Vec::new())));
        let shared = (mood.clone(), lost.clone());
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (mood, lost) = (shared.0.lock().unwrap().clone(), shared.1.clone());
                thread::spawn(move || carry(stream, mood, &lost));
            }
        });
        Self { address, mood, lost }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn set(&self, mood: Mood) {
        *self.mood.lock().unwrap() = mood;
    }

    pub fn lost(&self) -> usize {
        self.lost.lock().unwrap().len()
    }
}

/// A server that answers by heart.
pub struct Canned {
    pub url: String,
}

impl Canned {
    /// `answer` gets the path without its query, and gives status and body.
    pub fn new(answer: impl Fn(&str) -> (u16, String) + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let request = String::from_utf8_lossy(&one_request(&mut stream)).into_owned();
                let path = request.split(' ').nth(1).unwrap().split('?').next().unwrap();
                let (status, body) = answer(path);
                let head =
                    format!("HTTP/1.1 {status} x\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
                let _ = stream.write_all(format!("{head}{body}").as_bytes());
            }
        });
        Self { url }
    }
}

fn carry(mut client: TcpStream, mood: Mood, lost: &Mutex<Vec<String>>) {
    match mood {
        Mood::Cut => {}
        Mood::LoseAnswer(server) => {
            let request = one_request(&mut client);
            let answer = talk(&server, &closing(&request));
            lost.lock().unwrap().push(String::from_utf8_lossy(&answer).into_owned());
            let _ = client.shutdown(Shutdown::Both);
        }
        Mood::Pass(server) => {
            let Ok(mut server) = TcpStream::connect(server) else { return };
            let (mut from, mut to) = (client.try_clone().unwrap(), server.try_clone().unwrap());
            thread::spawn(move || {
                let _ = std::io::copy(&mut from, &mut to);
                let _ = to.shutdown(Shutdown::Write);
            });
            let _ = std::io::copy(&mut server, &mut client);
            let _ = client.shutdown(Shutdown::Both);
        }
    }
}

/// One HTTP request with the body that it announces.
fn one_request(client: &mut TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut chunk = [0_u8; 4096];
    loop {
        let read = client.read(&mut chunk).unwrap_or(0);
        bytes.extend_from_slice(&chunk[..read]);
        let text = String::from_utf8_lossy(&bytes).to_ascii_lowercase();
        let Some(head) = text.find("\r\n\r\n") else {
            assert!(read > 0, "the request ended early");
            continue;
        };
        let length = text[..head].lines().find_map(|line| line.strip_prefix("content-length:"));
        let length: usize = length.map_or(0, |length| length.trim().parse().unwrap());
        if bytes.len() >= head + 4 + length || read == 0 {
            return bytes;
        }
    }
}

/// The same request, after whose answer the server closes the connection.
fn closing(request: &[u8]) -> Vec<u8> {
    let end = request.windows(2).position(|pair| pair == b"\r\n").unwrap() + 2;
    [&request[..end], b"connection: close\r\n", &request[end..]].concat()
}

/// Sends bytes and reads until the other side closes.
pub fn talk(address: &str, request: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream.write_all(request).unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    answer
}
