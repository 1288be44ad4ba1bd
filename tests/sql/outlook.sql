-- Outlook: who may read which secret, sign-ins that are used once, jobs and turns that one worker has, the doorbell,
-- what is looked for when a case opens, and mail that must not come back.
begin;
\ir world.psql
select no_plan();
select world.provide();
select * from world.mail('anna', 'a1', '{}', 'Offer');
select * from world.mail('bert', 'z1', '{}', 'Offer', p_tenant => 'beta');

-- The web process takes secrets and never reads one.
select is(world.attempt('web@acme', $$select outlook_registration_set('d', 'c', 'global', 'delegated', true, true, 'v1.secret', null, null, 'http://x/outlook/callback')$$), 'done', 'the dialog registers');
select is(world.attempt('web@acme', $$select outlook_registration_set('d2', 'c2', 'china', 'app', false, true, null, 'PEM', 'v1.key', 'http://x/outlook/callback')$$), 'done', 'and again, with a certificate');
select is((select concat_ws(' ', directory, client, cloud, mode, may_read, may_send, secret, certificate, private_key) from outlook_registration where tenant = 'acme'), 'd2 c2 china app f t PEM v1.key', 'the last word holds');
select is(world.attempt('web@acme', s), want, 'web: ' || s) from (values
	('select directory, client, certificate from outlook_registration', 'done'), ('select secret from outlook_registration', '42501'), ('select private_key from outlook_registration', '42501'),
	('select access_token from outlook_registration', '42501'), ('select * from outlook_token', '42501'), ('select verifier from outlook_state', '42501'), ('select sealed from outlook_job', '42501'),
	('select outlook_job_claim()', '42501'), ('select outlook_turn_claim(''sync'', true)', '42501'), ('select * from outlook_sighting', '42501')) v(s, want);
select is(world.attempt('gateway@acme', s), '42501', 'the gateway: ' || s) from unnest(array['select * from outlook_token', 'select * from outlook_registration', 'select outlook_job_claim()']) s;
select is(world.attempt('chef', s), '42501', 'the app: ' || s) from unnest(array['select * from outlook_token', 'select * from outlook_registration', 'select outlook_ring(''s'', ''h'', null)', 'select outlook_signin_use(''s'', ''h'')']) s;
select is(world.attempt('superuser', $$insert into outlook_registration (tenant, directory, client, redirect_uri) values ('beta', 'd', 'c', 'u')$$), '23514', 'a registration has a secret or a certificate');

-- A sign-in is used once, in time, by the browser that began it.
select is(world.attempt('web@acme', $$select outlook_connection_ask('anna', 'delegated')$$), 'done', 'anna asks to connect');
select is(world.ask('anna', 'select concat_ws(''|'', "user", state, mailbox) from outlook_connections'), 'anna|disconnected', 'and has a row');
select is(world.attempt('web@acme', format($$select outlook_signin_add(sha256(%L), 'connect', 'anna', %s, 'v1.verifier', 'n')$$, s, session)), 'done', 'sign-in ' || s)
	from (values ('shell', 'null'), ('browser', 'sha256(''session'')'), ('late', 'null')) v(s, session);
update outlook_state set expires_at = now() where state_hash = sha256('late');
select is(world.ask('web', format($$select concat_ws('|', tenant, "user", purpose, nonce) from outlook_signin_use(sha256(%L), %s)$$, s, session)), want, why) from (values
	(1, 'shell', 'null', 'acme|anna|connect|n', 'a sign-in from the shell'), (2, 'shell', 'null', '', 'once'), (3, 'late', 'null', '', 'not after ten minutes'), (4, 'never', 'null', '', 'none that nobody began'),
	(5, 'browser', 'null', '', 'not without the browser''s session'), (6, 'browser', 'sha256(''other'')', '', 'nor in another'), (7, 'browser', 'sha256(''session'')', 'acme|anna|connect|n', 'but in its own')) v(i, s, session, want, why);

-- Microsoft objects to too many mailboxes at once: half as many, one objection a burst, and slowly more again.
select is(world.ask('graph@acme', $$select outlook_place_take('acme')$$), 'true', 'nobody has objected: there is a place');
select is(world.attempt('graph@acme', $$select outlook_narrow('acme')$$), 'done', 'too many at once') from generate_series(1, 2);
select is((select places from outlook_registration where tenant = 'acme'), 8, 'half of sixteen');
update outlook_registration set narrowed_at = narrowed_at - interval '3 minutes' where tenant = 'acme';
select is(world.ask('graph@acme', $$select outlook_places('acme')$$), '11', 'one more each minute');
select is(world.attempt('graph@acme', $$select outlook_narrow('acme')$$), 'done', 'again');
select is((select places from outlook_registration where tenant = 'acme'), 5, 'half of that');
update outlook_registration set places = 1, narrowed_at = now() where tenant = 'acme';
select is(world.ask('graph@acme', $$select concat_ws(' ', outlook_place_take('acme'), outlook_place_take('acme'))$$), 't t', 'a place may be taken twice by its holder');
update outlook_registration set places = null, narrowed_at = null where tenant = 'acme';

-- Jobs.
select is(world.ask('web@acme', $$select outlook_job_add('redeem', 'anna', null, sha256('shell'), 'v1.code', null) > 0$$), 'true', 'a job');
select is(world.ask('graph', $$select concat_ws('|', tenant, kind, "user", sealed, attempt, encode(state_hash, 'hex') = encode(sha256('shell'), 'hex')) from outlook_job_claim()$$), 'acme|redeem|anna|v1.code|0|t', 'is claimed, of whatever tenant');
select is(world.attempt('graph@acme', $$select outlook_job_postpone((select job_id from outlook_job), 60)$$), 'done', 'postponed');
select is(world.ask('graph', $$select kind from outlook_job_claim()$$), '', 'is not due');
select is(world.attempt('graph@acme', $$select outlook_job_finish((select job_id from outlook_job), 'connected', 'Done.')$$), 'done', 'finished');
select is(world.ask('web@acme', 'select outcome || '' '' || sentence from outlook_job'), 'connected Done.', 'as the page reads it');
select is((select sealed from outlook_job), null, 'without its code');

-- Connections.
select is(world.attempt('graph@acme', $$select outlook_connected('anna', 'Anna@acme.test', 'delegated', 'tid', 'oid', '{Mail.Read,Mail.Send}', true)$$), 'done', 'connected');
select world.told() \gset
select is(world.ask('anna', 'select concat_ws(''|'', mailbox, mode, state, scopes) from outlook_connections'), 'Anna@acme.test|delegated|connected|{Mail.Read,Mail.Send}', 'as anna sees it');
select is(world.ask('anna', $$select detail->>'state' from events where kind = 'outlook_state'$$), '', 'her state is an event of no case, for the role all');
select is(world.ask('chef', $$select detail->>'state' from events where kind = 'outlook_state'$$), 'connected', 'who reads it');
select is(world.attempt('graph@acme', $$select outlook_connected('bob', 'anna@ACME.test', 'delegated', 'tid', 'oid', '{Mail.Send}', true)$$), '22023', 'a mailbox is one user''s');
insert into outlook_folder (tenant, "user", folder, link) values ('acme', 'anna', 'inbox', 'link');
select is(world.attempt('graph@acme', $$select outlook_connected('anna', 'Anna@acme.test', 'delegated', 'tid', 'oid', '{Mail.Read,Mail.Send}', true)$$), 'done', 'the same account again');
select is((select link from outlook_folder), 'link', 'is read on where it was');
select is(world.attempt('graph@acme', $$select outlook_connected('anna', 'Anna@acme.test', 'delegated', 'tid', 'other', '{Mail.Read,Mail.Send}', true)$$), 'done', 'another account');
select is((select count(*) from outlook_folder), 0::bigint, 'is another mailbox');

-- Turns: due by themselves, by the doorbell, not while parked, none for who may only send.
select is(world.ask('graph', $$select "user" from outlook_turn_claim('sync', true)$$), 'anna', 'a round by itself');
select is(world.ask('graph', $$select "user" from outlook_turn_claim('sync', false)$$), '', 'not where rounds are told only');
insert into outlook_subscription (tenant, "user", subscription_id, client_state_hash, notification_url) values ('acme', 'anna', 'sub-1', sha256('secret'), 'u');
select is(world.ask('web', format('select outlook_ring(%L, sha256(%L), %L)', s, c, l)), want, 'ring ' || s || ' ' || c) from (values ('sub-1', 'wrong', null, 'false'), ('sub-2', 'secret', null, 'false')) v(s, c, l, want);
select is(world.ask('graph', $$select "user" from outlook_turn_claim('sync', false)$$), '', 'a forged notification rings nothing');
select is(world.ask('web', $$select outlook_ring('sub-1', sha256('secret'), 'missed')$$), 'true', 'Microsoft''s does');
select is((select lifecycle from outlook_subscription), 'missed', 'and says why');
select is(world.ask('graph', $$select "user" from outlook_turn_claim('sync', false)$$), 'anna', 'told');
update outlook_connection set parked_until = now() + interval '1 minute' where tenant = 'acme';
select is(world.ask('graph', $$select "user" from outlook_turn_claim('sync', true)$$), '', 'patience');
update outlook_connection set parked_until = null, scopes = '{Mail.Send}' where tenant = 'acme';
select is(world.ask('graph', $$select "user" from outlook_turn_claim('sync', true)$$), '', 'nothing is synced without the right to read');
update outlook_connection set scopes = '{Mail.Read,Mail.Send}' where tenant = 'acme';
select is(world.ask('web', 'select outlook_expects_handshake()'), 'false', 'no handshake is under way');
update outlook_subscription set subscription_id = null;
select is(world.ask('web', 'select outlook_expects_handshake()'), 'true', 'now one is');

-- Sending wakes.
select is((select send_due_at from outlook_connection where tenant = 'acme' and "user" = 'anna') <= now(), true, 'a connection looks for what waited');
update outlook_connection set send_due_at = null where tenant = 'acme';
select is(world.ask('anna', format('select send_mail(%s, array[''x@far.test''], ''S'', ''T'') > 0', world.case_of('a1'))), 'true', 'a mail to send');
select is(world.ask('graph', $$select "user" from outlook_turn_claim('send', false)$$), 'anna', 'wakes the sender');

-- Look-ups follow the events.
select world.told() \gset
insert into event_counter select tenant, max(event_id) from event group by tenant;
select is(world.ask('graph', 'select outlook_follow_events() > 0'), 'true', 'something happened');
select is((select string_agg("user" || ' ' || (case_id = world.case_of('a1')), ',') from outlook_lookup), 'anna true', 'its members'' mailboxes are asked');
select is(world.ask('graph', 'select outlook_follow_events()'), '0', 'once');
select is((select lookup_at is not null from outlook_connection where tenant = 'acme' and "user" = 'anna'), true, 'it waits for a round');

-- The end.
insert into outlook_token (tenant, "user", refresh_token) values ('acme', 'anna', 'v1.sealed');
select is(world.attempt('operator', 'select user_remove(''acme'', ''anna'')'), 'done', 'anna leaves');
select is((select count(*) from outlook_token) + (select count(*) from outlook_subscription) + (select count(*) from outlook_sighting), 0::bigint, 'her tokens go with her');
select is((select state || coalesce(mailbox, '') from outlook_connection where tenant = 'acme' and "user" = 'anna'), 'disconnected', 'and her mailbox');

-- A mail that is deleted for good leaves a stone.
set constraints all immediate;
select set_config('casegate.tenant', 'beta', true) \gset
delete from thread_key where tenant = 'beta'; delete from participant where tenant = 'beta'; delete from evidence where tenant = 'beta'; delete from delivery_message_row where tenant = 'beta';
update delivery set message_id = null where tenant = 'beta'; delete from claim where tenant = 'beta'; delete from attachment where tenant = 'beta'; delete from said where tenant = 'beta'; delete from message_sight where tenant = 'beta';
delete from message where tenant = 'beta';
select is((select key from tombstone where tenant = 'beta'), key_of('m', 'z1'), 'deleted mail is remembered by its key');
select * from finish();
rollback;
