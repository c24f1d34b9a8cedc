//! `poll_oneoff`: clocks and descriptors, alone and together.

use crate::report::Report;
use crate::system::*;

/// A long time, which nothing here waits for: an hour.
const LONG: Timestamp = 3_600_000_000_000;

pub fn section(report: &mut Report) {
    let dir = fresh("poll");
    put(dir, "file", "text");
    let file = open(dir, "file", 0, RW).expect("it is there");

    report.is("poll_oneoff nothing", poll(&[]), "INVAL");
    report.is("poll_oneoff monotonic, a little", poll(&[clock(1, CLOCKID_MONOTONIC, 1_000_000, 0)]), "1 CLOCK SUCCESS");
    report.is("poll_oneoff monotonic, no time", poll(&[clock(2, CLOCKID_MONOTONIC, 0, 0)]), "2 CLOCK SUCCESS");
    report.is("poll_oneoff realtime, a little", poll(&[clock(3, CLOCKID_REALTIME, 1_000_000, 0)]), "3 CLOCK SUCCESS");
    let absolute = SUBCLOCKFLAGS_SUBSCRIPTION_CLOCK_ABSTIME;
    report.is("poll_oneoff a moment gone by", poll(&[clock(4, CLOCKID_REALTIME, 1, absolute)]), "4 CLOCK SUCCESS");
    report.is(
        "poll_oneoff a steady moment gone by",
        poll(&[clock(5, CLOCKID_MONOTONIC, 0, absolute)]),
        "5 CLOCK SUCCESS",
    );
    for (name, id) in [("monotonic", CLOCKID_MONOTONIC), ("realtime", CLOCKID_REALTIME)] {
        let now = unsafe { clock_time_get(id, 1) }.expect("there is this clock");
        let soon = now + 5_000_000;
        report.is(
            &format!("poll_oneoff a moment to come, {name}"),
            poll(&[clock(6, id, soon, absolute)]),
            "6 CLOCK SUCCESS",
        );
        let after = unsafe { clock_time_get(id, 1) }.expect("there is this clock");
        report.is("it has come", after >= soon, "yes");
    }
    let two = [clock(7, CLOCKID_MONOTONIC, LONG, 0), clock(8, CLOCKID_MONOTONIC, 1_000_000, 0)];
    report.is("poll_oneoff the sooner of two", poll(&two), "8 CLOCK SUCCESS");
    let mixed = [clock(9, CLOCKID_REALTIME, LONG, 0), clock(10, CLOCKID_MONOTONIC, 1_000_000, 0)];
    report.is("poll_oneoff the sooner of two clocks", poll(&mixed), "10 CLOCK SUCCESS");

    report.is("poll_oneoff a file to be read", poll(&[reads(11, file)]), "11 FD_READ SUCCESS");
    report.is("poll_oneoff a file to be written", poll(&[writes(12, file)]), "12 FD_WRITE SUCCESS");
    report.is("poll_oneoff stdout", poll(&[writes(13, 1)]), "13 FD_WRITE SUCCESS");
    report.is(
        "poll_oneoff two at once",
        poll(&[reads(14, file), writes(15, file)]),
        "14 FD_READ SUCCESS, 15 FD_WRITE SUCCESS",
    );
    let either = [clock(16, CLOCKID_MONOTONIC, LONG, 0), writes(17, 1)];
    report.is("poll_oneoff a descriptor or a time", poll(&either), "17 FD_WRITE SUCCESS");

    report.is("poll_oneoff to read nobody", poll(&[reads(18, NOBODY)]), "18 FD_READ BADF");
    report.is("poll_oneoff to write nobody", poll(&[writes(19, NOBODY)]), "19 FD_WRITE BADF");
    report.is("poll_oneoff to read a directory", poll(&[reads(20, dir)]), "20 FD_READ BADF");
    report.is("poll_oneoff to write a directory", poll(&[writes(21, dir)]), "21 FD_WRITE BADF");
    report.is("poll_oneoff to read stdout", poll(&[reads(22, 1)]), "22 FD_READ BADF");
    report.is("poll_oneoff to write stdin", poll(&[writes(23, 0)]), "23 FD_WRITE BADF");
    let good_and_bad = [clock(24, CLOCKID_MONOTONIC, LONG, 0), reads(25, NOBODY), writes(26, 1)];
    report.is("poll_oneoff good and bad", poll(&good_and_bad), "25 FD_READ BADF, 26 FD_WRITE SUCCESS");
    report.is("poll_oneoff processor time", poll(&[clock(27, CLOCKID_PROCESS_CPUTIME_ID, 1, 0)]), "27 CLOCK INVAL");
    close(file).expect("it is open");
}

fn subscription(userdata: Userdata, tag: Eventtype, u: SubscriptionUU) -> Subscription {
    Subscription { userdata, u: SubscriptionU { tag: tag.raw(), u } }
}

fn clock(userdata: Userdata, id: Clockid, timeout: Timestamp, flags: Subclockflags) -> Subscription {
    let clock = SubscriptionClock { id, timeout, precision: 0, flags };
    subscription(userdata, EVENTTYPE_CLOCK, SubscriptionUU { clock })
}

pub fn reads(userdata: Userdata, file_descriptor: Fd) -> Subscription {
    let fd_read = SubscriptionFdReadwrite { file_descriptor };
    subscription(userdata, EVENTTYPE_FD_READ, SubscriptionUU { fd_read })
}

fn writes(userdata: Userdata, file_descriptor: Fd) -> Subscription {
    let fd_write = SubscriptionFdReadwrite { file_descriptor };
    subscription(userdata, EVENTTYPE_FD_WRITE, SubscriptionUU { fd_write })
}

/// What has happened, in order: its number, its kind and its errno.
pub fn poll(subscriptions: &[Subscription]) -> Answer<String> {
    let mut events = Vec::with_capacity(subscriptions.len() + 1);
    let happened = unsafe { poll_oneoff(subscriptions.as_ptr(), events.as_mut_ptr(), subscriptions.len()) }?;
    // SAFETY: so many have been written.
    unsafe { events.set_len(happened) };
    let show = |event: &Event| format!("{} {} {}", event.userdata, event.type_.name(), event.error.name());
    Ok(events.iter().map(show).collect::<Vec<_>>().join(", "))
}
