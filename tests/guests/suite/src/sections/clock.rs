//! Clocks. What time it is differs, so only relations are printed.

use crate::report::Report;
use crate::system::*;

/// The year 2020 in nanoseconds.
const A_WHILE_AGO: Timestamp = 1_577_836_800_000_000_000;

pub fn section(report: &mut Report) {
    let resolution = |id| unsafe { clock_res_get(id) }.map(|resolution| resolution > 0);
    report.is("clock_res_get realtime", resolution(CLOCKID_REALTIME), "yes");
    report.is("clock_res_get monotonic", resolution(CLOCKID_MONOTONIC), "yes");
    report.is("clock_res_get process", resolution(CLOCKID_PROCESS_CPUTIME_ID), "BADF");
    report.is("clock_res_get thread", resolution(CLOCKID_THREAD_CPUTIME_ID), "BADF");

    let time = |id| unsafe { clock_time_get(id, 1) };
    report.is("clock_time_get realtime", time(CLOCKID_REALTIME).map(|time| time > A_WHILE_AGO), "yes");
    report.is("clock_time_get process", time(CLOCKID_PROCESS_CPUTIME_ID), "BADF");
    report.is("clock_time_get thread", time(CLOCKID_THREAD_CPUTIME_ID), "BADF");
    let readings: Vec<_> = (0..100).map(|_| time(CLOCKID_MONOTONIC).expect("there is this clock")).collect();
    report.is("clock_time_get monotonic", readings.is_sorted(), "yes");
    let any_precision = unsafe { clock_time_get(CLOCKID_MONOTONIC, Timestamp::MAX) };
    report.is("clock_time_get any precision", any_precision.map(|time| time >= readings[99]), "yes");
}
