//! What the store promises, on every database. One file a verb; each promise is a function over a fresh database, and
//! [`promises!`] makes a test of it for each database there is.
#![expect(clippy::unwrap_used, reason = "test helpers; clippy exempts test functions alone")]

mod batches;
mod beginning;
mod cancelling;
mod claiming;
mod creating;
mod database;
mod deleting;
mod deliveries;
mod ending;
mod figures;
mod interviews;
mod journal;
mod leases;
mod looking;
mod machine;
mod opening;
mod partials;
mod pausing;
mod readiness;
mod rescue;
mod retention;
mod retrying;
mod simulation;
mod tokens;
mod turns;

/// A test for each promise and database.
macro_rules! promises {
    ($($file:ident: $($promise:ident),+;)+) => {
        promises!(@on sqlite: $($file: $($promise),+;)+);
        promises!(@on postgres: $($file: $($promise),+;)+);
    };
    (@on $database:ident: $($file:ident: $($promise:ident),+;)+) => {
        mod $database {
            $(mod $file {
                $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $promise() {
                    if let Some(database) = crate::database::Database::$database().await {
                        crate::$file::$promise(database).await;
                    }
                })+
            })+
        }
    };
}

promises! {
    beginning: an_interview_begins_with_its_jobs_and_sealed, a_second_interview_of_that_name_is_refused,
        the_same_request_begins_one_interview, interviews_are_listed_newest_first_page_by_page,
        reports_of_an_interview_come_together, an_object_that_has_its_job_is_known,
        a_new_version_of_an_object_that_is_read_is_not_known;
    batches: a_batch_is_created_in_its_order, a_batch_with_a_refused_job_creates_none,
        a_batch_that_comes_twice_is_replayed, a_batch_locks_its_interviews_as_everybody_does,
        all_that_match_are_retried_and_no_others, all_that_match_are_cancelled_running_ones_too,
        a_filter_tells_states_queues_and_times_apart;
    cancelling: a_waiting_job_is_cancelled_at_once, a_running_job_is_told_and_ends_as_cancelled,
        a_job_that_ended_cannot_be_cancelled, a_job_that_finished_before_it_heard_stays_completed;
    claiming: jobs_are_taken_by_priority_then_age, no_more_are_taken_than_there_are_slots,
        two_hosts_never_take_the_same_job, only_loaded_pipelines_are_taken, what_is_taken_fits_together,
        a_job_that_was_passed_over_goes_next, a_job_under_which_a_host_crashed_runs_alone, an_idle_host_takes_a_suspect_before_older_jobs,
        queues_are_served_in_their_order;
    creating: a_new_job_waits_for_its_file, the_same_request_twice_makes_one_job,
        a_key_for_another_request_is_refused, two_callers_may_use_the_same_key, metadata_is_echoed;
    deleting: a_deleted_interview_is_named_nowhere, a_run_of_a_deleted_interview_writes_nothing, what_others_use_stays,
        an_interview_of_many_steps_is_deleted_whole, only_a_job_that_ended_is_deleted;
    deliveries: a_delivery_is_taken_once_and_charged,
        two_hosts_never_take_the_same_delivery,
        an_endpoint_gets_no_more_at_once_than_it_may,
        a_slow_endpoint_holds_no_other_back,
        what_was_delivered_is_not_sent_again,
        a_try_that_failed_is_made_again_when_its_wait_is_over,
        a_delivery_of_a_host_that_died_is_taken_again_with_the_same_event,
        a_dead_delivery_can_be_sent_again,
        dead_deliveries_of_a_time_are_sent_again,
        an_endpoint_that_is_gone_is_left_alone_until_somebody_asks,
        an_endpoint_that_is_configured_anew_is_asked_again,
        a_delivery_that_no_live_host_can_make_waits_and_says_so,
        a_test_is_told_to_one_endpoint_alone,
        deliveries_are_listed_newest_first_page_by_page,
        the_outbox_tells_how_long_the_oldest_waits,
        an_event_that_is_deleted_takes_its_deliveries_along,
        a_commit_with_something_to_deliver_rings_the_bell;
    ending: a_completed_job_has_its_report, a_zombie_writes_nothing, a_transient_failure_is_tried_again_later,
        the_last_attempt_says_how_many_there_were, a_permanent_failure_ends_the_job_at_once,
        an_object_that_changes_twice_is_not_tried_again, a_job_whose_file_went_away_waits_for_it,
        a_job_that_was_handed_back_is_not_charged,
        a_job_that_is_handed_back_for_a_while_waits_uncharged, a_failed_job_keeps_what_was_found, a_report_beyond_limits_is_refused;
    figures: the_day_is_counted_from_midnight_where_the_operator_is,
        the_audit_log_is_read_newest_first_page_by_page;
    interviews: four_jobs_that_end_at_once_complete_their_interview_once, an_open_interview_is_not_completed,
        an_interview_is_sealed_by_the_number_announced, an_idle_interview_is_sealed_by_time,
        an_interview_of_failures_alone_has_failed, a_retry_opens_the_next_generation,
        a_failed_job_is_told_once, endpoints_get_a_delivery_of_what_they_asked_for, webhooks_of_other_hosts_are_told_as_well;
    journal: lines_come_in_order_after_the_last_seen, progress_is_kept_with_the_job, a_nul_is_kept_by_no_database_and_breaks_none;
    leases: each_claim_has_a_fresh_lease, a_renewal_tells_of_cancels_and_losses, a_renewed_lease_does_not_run_out;
    looking: jobs_are_listed_newest_first_page_by_page, a_list_can_be_filtered, counts_tell_states_apart,
        jobs_that_ended_are_counted_exactly_whoever_counts_them_when,
        hosts_are_live_while_they_are_heard_of, a_ready_job_says_what_keeps_hosts_from_it,
        a_job_that_fits_no_host_says_so, a_job_in_a_queue_that_nobody_serves_says_so;
    machine: every_event_in_every_state_does_what_the_machine_says;
    opening: hosts_that_start_together_find_one_schema, what_was_acknowledged_is_there_after_reopening,
        a_newer_hosts_tables_are_left_alone, a_hint_reaches_other_hosts;
    partials: a_partial_is_kept_once_and_used_by_many, a_retry_finds_the_partials_of_the_attempt_before,
        a_partial_beyond_limits_is_refused,
        two_hosts_that_keep_partials_at_once_both_succeed;
    pausing: a_paused_pipeline_is_not_taken_and_says_so, a_host_learns_what_is_wished_with_its_heartbeat;
    readiness: a_file_that_is_found_makes_its_job_ready, an_object_is_looked_for_by_one_host_at_a_time,
        a_long_wait_is_looked_for_less_often, an_arrival_is_looked_for_at_once, a_file_that_cannot_be_used_fails_its_job;
    rescue: a_job_whose_lease_ran_out_is_taken_back_uncharged, a_job_whose_lease_runs_is_left_alone, a_host_that_was_cut_off_has_not_crashed,
        a_third_crash_in_a_row_is_poison, a_job_that_got_further_than_a_crash_is_suspected_no_more, a_stuck_job_is_taken_back_whatever_its_lease,
        a_cancelled_job_of_a_dead_host_ends, what_a_dead_process_left_is_taken_back_at_once,
        an_innocent_beside_a_poisonous_job_is_never_charged;
    retention: what_ended_long_ago_is_forgotten_with_all_of_it, what_is_not_old_stays,
        told_events_and_old_audit_lines_are_forgotten, keys_that_expired_are_forgotten_and_no_others;
    retrying: a_failed_job_looks_for_its_file_again, a_waiting_job_waits_no_longer, a_running_job_cannot_be_retried,
        a_completed_job_can_run_again;
    simulation: whatever_happens_the_database_and_the_books_say_the_same,
        hosts_that_all_work_at_once_leave_the_books_straight;
    tokens: a_token_is_found_by_its_secret_alone, of_a_token_only_a_hash_is_kept,
        a_token_that_was_revoked_is_good_no_more, a_token_ends_at_its_time, the_last_use_is_kept_to_the_minute;
    turns: an_interview_of_hundreds_does_not_keep_others_waiting, interviews_take_turns,
        a_paused_pipeline_holds_up_nobodys_turn;
}
