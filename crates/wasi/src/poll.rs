//! Waiting for a time, for input, or for both.

use super::HostCall;
use super::abi::{Layout, Version, clockid, eventtype};
use super::ctx::Pending;
use super::errno::Errno;
use super::fd::Object;
use super::stdin::Status;
use super::suspend::{CallResult, Fail, Stop, Suspend};

/// The maximum number of subscriptions of one call.
const MAX_SUBSCRIPTIONS: u32 = 65_536;
/// The size of an event in the guest's memory.
const EVENT_SIZE: u32 = 32;
/// `subclockflags`: the timeout is absolute.
const ABSTIME: u16 = 1;
/// `eventrwflags`: the other side has closed.
const HANGUP: u16 = 1;
/// How much a terminal or a file accepts per write.
const WRITABLE: u64 = 65_536;

/// A `poll_oneoff` that is waiting.
#[derive(Debug, Clone, Copy)]
pub(super) struct PendingPoll {
    version: Version,
    subscriptions: u32,
    events: u32,
    nsubscriptions: u32,
    nevents: u32,
    /// The time of the call, by each clock that it waits on for a duration.
    started: Readings,
}

#[derive(Debug, Clone, Copy, Default)]
struct Readings {
    realtime: Option<u64>,
    monotonic: Option<u64>,
}

#[derive(Debug, Clone, Copy)]
struct Subscription {
    userdata: u64,
    event: Wait,
}

#[derive(Debug, Clone, Copy)]
enum Wait {
    Clock { id: u32, timeout: u64, absolute: bool },
    Read { fd: u32 },
    Write { fd: u32 },
}

#[derive(Debug, Clone, Copy)]
struct Event {
    errno: Errno,
    nbytes: u64,
    flags: u16,
}

impl Event {
    fn ready(nbytes: u64) -> Self {
        Self { errno: Errno::Success, nbytes, flags: 0 }
    }

    fn failed(errno: Errno) -> Self {
        Self { errno, nbytes: 0, flags: 0 }
    }
}

impl HostCall<'_> {
    pub(super) fn poll_oneoff(
        &mut self,
        subscriptions: u32,
        events: u32,
        nsubscriptions: u32,
        nevents: u32,
    ) -> CallResult {
        if nsubscriptions == 0 || nsubscriptions > MAX_SUBSCRIPTIONS {
            return Err(Errno::Inval.into());
        }
        let started = Readings::default();
        let mut poll = PendingPoll { version: self.version, subscriptions, events, nsubscriptions, nevents, started };
        self.ctx.time_may_have_passed();
        for subscription in self.subscriptions(&poll)? {
            match subscription.event {
                Wait::Clock { id: clockid::REALTIME, absolute: false, .. } if poll.started.realtime.is_none() => {
                    poll.started.realtime = Some(self.ctx.realtime());
                }
                Wait::Clock { id: clockid::MONOTONIC, absolute: false, .. } if poll.started.monotonic.is_none() => {
                    poll.started.monotonic = Some(self.ctx.monotonic());
                }
                Wait::Clock { .. } | Wait::Read { .. } | Wait::Write { .. } => {}
            }
        }
        self.poll(poll)
    }

    /// Checks whether anything has happened. Clocks and input read while waiting are not recorded: a replay sees the
    /// final state, and so does not wait.
    pub(super) fn poll(&mut self, poll: PendingPoll) -> CallResult {
        let subscriptions = self.subscriptions(&poll)?;
        let clocks = |wanted| {
            subscriptions
                .iter()
                .any(|subscription| matches!(subscription.event, Wait::Clock { id, .. } if id == wanted))
        };
        let now = Readings {
            realtime: clocks(clockid::REALTIME).then(|| self.ctx.realtime_unrecorded()),
            monotonic: clocks(clockid::MONOTONIC).then(|| self.ctx.monotonic_unrecorded()),
        };
        let reads_stdin = subscriptions.iter().any(|subscription| match subscription.event {
            Wait::Read { fd } => self.is_stdin(fd),
            Wait::Clock { .. } | Wait::Write { .. } => false,
        });
        let stdin = reads_stdin.then(|| self.ctx.stdin.status());
        let mut occurred = Vec::new();
        for subscription in &subscriptions {
            if let Some(event) = self.look(subscription.event, &poll.started, &now, stdin.as_ref()) {
                occurred.push((*subscription, event));
            }
        }
        if occurred.is_empty() {
            return self.wait(poll, &subscriptions, &now, stdin.is_some());
        }
        if let Some(reading) = now.realtime {
            self.ctx.record.realtime.push(reading);
        }
        if let Some(reading) = now.monotonic {
            self.ctx.record.monotonic.push(reading);
        }
        if let Some(stdin) = stdin {
            self.ctx.record.stdin.push(stdin.answer);
        }
        self.ctx.time_may_have_passed();
        let mut pointer = poll.events;
        for (subscription, event) in &occurred {
            let layout = Layout::<{ EVENT_SIZE as usize }>::new()
                .put(0, subscription.userdata.to_le_bytes())
                .put(8, (event.errno as u16).to_le_bytes())
                .put(10, [subscription.event.tag()])
                .put(16, event.nbytes.to_le_bytes())
                .put(24, event.flags.to_le_bytes());
            self.memory.write(pointer, layout.bytes())?;
            pointer = pointer.saturating_add(EVENT_SIZE);
        }
        self.memory.write_u32(poll.nevents, occurred.len() as u32)?;
        Ok(())
    }

    /// The events that have happened, if any.
    fn look(&self, wait: Wait, started: &Readings, now: &Readings, stdin: Option<&Status>) -> Option<Event> {
        match wait {
            Wait::Clock { id, timeout, absolute } => {
                let (started, now) = match id {
                    clockid::REALTIME => (started.realtime, now.realtime?),
                    clockid::MONOTONIC => (started.monotonic, now.monotonic?),
                    _ => return Some(Event::failed(Errno::Inval)),
                };
                (now >= deadline(timeout, absolute, started)).then(|| Event::ready(0))
            }
            Wait::Read { fd } => match self.ctx.descriptors.get(fd).map(|descriptor| &descriptor.object) {
                Ok(Object::Stdin) => {
                    let stdin = stdin?;
                    let hangup = if stdin.ended && stdin.available == 0 { HANGUP } else { 0 };
                    (stdin.available > 0 || stdin.ended)
                        .then_some(Event { flags: hangup, ..Event::ready(stdin.available) })
                }
                Ok(Object::File { ino, position }) => {
                    let len = self.ctx.vfs.file_len(*ino).unwrap_or(0);
                    Some(Event::ready(len.saturating_sub(*position)))
                }
                Ok(Object::Stdout | Object::Stderr | Object::Directory { .. }) | Err(_) => {
                    Some(Event::failed(Errno::Badf))
                }
            },
            Wait::Write { fd } => match self.ctx.descriptors.get(fd).map(|descriptor| &descriptor.object) {
                Ok(Object::Stdout | Object::Stderr | Object::File { .. }) => Some(Event::ready(WRITABLE)),
                Ok(Object::Stdin | Object::Directory { .. }) | Err(_) => Some(Event::failed(Errno::Badf)),
            },
        }
    }

    fn wait(
        &mut self,
        poll: PendingPoll,
        subscriptions: &[Subscription],
        now: &Readings,
        for_input: bool,
    ) -> CallResult {
        // The host waits by the monotonic clock, so times of the other clock are converted.
        let steady = now.monotonic.unwrap_or_else(|| self.ctx.monotonic_unrecorded());
        let until = subscriptions
            .iter()
            .filter_map(|subscription| match subscription.event {
                Wait::Clock { id: clockid::MONOTONIC, timeout, absolute } => {
                    Some(deadline(timeout, absolute, poll.started.monotonic))
                }
                Wait::Clock { timeout, absolute, .. } => {
                    let remaining = deadline(timeout, absolute, poll.started.realtime).saturating_sub(now.realtime?);
                    Some(steady.saturating_add(remaining))
                }
                Wait::Read { .. } | Wait::Write { .. } => None,
            })
            .min();
        let suspend = match (until, for_input) {
            (Some(monotonic_ns), true) => Suspend::NeedsInputOrUntil { monotonic_ns },
            (Some(monotonic_ns), false) => Suspend::SleepUntil { monotonic_ns },
            (None, true) => Suspend::NeedsInput,
            (None, false) => return Err(Fail::Stop(Stop::WaitsForever)),
        };
        self.ctx.pending = Some(Pending::Poll(poll));
        Err(Fail::Suspend(suspend))
    }

    fn is_stdin(&self, fd: u32) -> bool {
        matches!(self.ctx.descriptors.get(fd), Ok(descriptor) if matches!(descriptor.object, Object::Stdin))
    }

    /// Reads the subscriptions from the guest's memory, and checks that there is room for the events.
    fn subscriptions(&self, poll: &PendingPoll) -> Result<Vec<Subscription>, Errno> {
        // In the older version, the clock's userdata occurs a second time, before the clock.
        let (size, clock) = match poll.version {
            Version::Preview1 => (48, 16),
            Version::Unstable => (56, 24),
        };
        let count = poll.nsubscriptions;
        self.memory.check(poll.subscriptions, count * size)?;
        self.memory.check(poll.events, count * EVENT_SIZE)?;
        self.memory.check(poll.nevents, 4)?;
        (0..count)
            .map(|index| {
                let at = poll.subscriptions + index * size;
                let userdata = self.memory.read_u64(at)?;
                let event = match self.memory.read_u8(at + 8)? {
                    eventtype::CLOCK => Wait::Clock {
                        id: self.memory.read_u32(at + clock)?,
                        timeout: self.memory.read_u64(at + clock + 8)?,
                        absolute: self.memory.read_u16(at + clock + 24)? & ABSTIME != 0,
                    },
                    eventtype::FD_READ => Wait::Read { fd: self.memory.read_u32(at + 16)? },
                    eventtype::FD_WRITE => Wait::Write { fd: self.memory.read_u32(at + 16)? },
                    _ => return Err(Errno::Inval),
                };
                Ok(Subscription { userdata, event })
            })
            .collect()
    }
}

impl Wait {
    fn tag(self) -> u8 {
        match self {
            Self::Clock { .. } => eventtype::CLOCK,
            Self::Read { .. } => eventtype::FD_READ,
            Self::Write { .. } => eventtype::FD_WRITE,
        }
    }
}

fn deadline(timeout: u64, absolute: bool, started: Option<u64>) -> u64 {
    if absolute { timeout } else { started.unwrap_or(0).saturating_add(timeout) }
}
