-- A try of every table and view as everybody: who is not signed in sees nothing, nobody sees another tenant's
-- rows, a user sees his cases and what he brought, the role all sees the tenant.
begin;
\ir world.psql
select no_plan();
select world.provide();
select * from world.mail('anna', 'a1', '{}', 'Offer', p_files => '{list.txt}');
select * from world.mail(null, 'a2', '{a1,gone}', 'Re: Offer', p_from => 'supplier@away.test', p_to => '{anna@acme.test}');
select * from world.mail('bob', 'b1', '{}', 'Invoice', p_to => '{other@far.test}', p_files => '{bill.txt}');
select * from world.mail('bob', 'a3', '{a1}', 'Re: Offer');
select * from world.mail(null, 'h1', '{a1}', 'Re: Offer', p_from => 'stranger@away.test');
select * from world.mail('bert', 'z1', '{}', 'Offer', p_tenant => 'beta', p_files => '{beta.txt}');
select * from world.mail('bert', 'z2', '{z1}', 'Re: Offer', p_tenant => 'beta');
insert into message_comment (tenant, message_id, delivery_id, position, at, text)
	select m.tenant, m.message_id, m.delivery_id, 1, now(), 'please look' from message m where m.case_id is not null;
insert into outlook_connection (tenant, "user", mailbox, state) values ('acme', 'anna', 'anna@acme.test', 'connected'), ('acme', 'bob', 'bob@acme.test', 'reconnect'),
	('beta', 'bert', 'bert@beta.test', 'connected');
insert into outbox (tenant, message_id, "user") select tenant, message_id, submitted_by from message where internet_message_id in ('a1', 'z1');
insert into reparse (tenant, delivery_id, message_id) select tenant, delivery_id, message_id from message where internet_message_id in ('a1', 'z1');
insert into claim (tenant, key, message_id) select tenant, key_of('m', 'beta-gone'), message_id from message where internet_message_id = 'z1' on conflict do nothing;
insert into awaited (tenant, key, message_id, thread_id) select tenant, key_of('m', 'gone'), message_id, thread_id from message where internet_message_id in ('a1', 'z1');
insert into said (tenant, message_id, position, base_subject, from_key, name, at, has_zone)
	select tenant, message_id, 1, base_subject, 'a@b.test', '', now(), false from message where internet_message_id in ('a1', 'z1');
insert into case_merge (tenant, from_case, into_case, message_ids, undone_at) select tenant, case_id, case_id, '{}', now() from case_file;
insert into message_sight (tenant, message_id, "user", may) select tenant, message_id, submitted_by, true from message where internet_message_id in ('b1', 'z1');
insert into tenant_bytes select tenant, 0, 0 from tenant;
insert into user_name (tenant, name, address) select tenant, 'eins zwei', min(address) from user_address group by tenant;
insert into named_number (tenant, number, message_id) select tenant, 'AN-1', message_id from message where internet_message_id in ('a1', 'z1');
insert into erasure (tenant, reason) select tenant, 'retention' from tenant;
insert into retention_state (tenant) select tenant from tenant;
insert into dialog_ticket (tenant, ticket_hash, "user") values ('acme', sha256('a'), 'anna'), ('beta', sha256('b'), 'bert');
insert into dialog_session (tenant, session_hash, "user") values ('acme', sha256('a'), 'anna'), ('beta', sha256('b'), 'bert');
insert into user_domain values ('acme', 'acme.test'), ('beta', 'beta.test');
insert into outlook_registration (tenant, directory, client, secret, redirect_uri) values ('acme', 'd', 'c', 'v1.sealed', 'u'), ('beta', 'd', 'c', 'v1.sealed', 'u');
insert into outlook_token (tenant, "user", refresh_token) values ('acme', 'anna', 'v1.sealed'), ('beta', 'bert', 'v1.sealed');
insert into outlook_state (tenant, state_hash, purpose, "user", verifier, nonce) values ('acme', sha256('a'), 'connect', 'anna', 'v1.sealed', 'n'), ('beta', sha256('b'), 'connect', 'bert', 'v1.sealed', 'n');
insert into outlook_job (tenant, kind, "user") values ('acme', 'test', 'anna'), ('beta', 'test', 'bert');
insert into outlook_folder (tenant, "user", folder) values ('acme', 'anna', 'inbox'), ('beta', 'bert', 'inbox');
insert into outlook_sighting (tenant, "user", key) values ('acme', 'anna', gen_random_uuid()), ('beta', 'bert', gen_random_uuid());
insert into outlook_asked (tenant, "user", key) values ('acme', 'anna', gen_random_uuid()), ('beta', 'bert', gen_random_uuid());
insert into outlook_subscription (tenant, "user", client_state_hash, notification_url) values ('acme', 'anna', 'h', 'u'), ('beta', 'bert', 'h', 'u');
insert into outlook_lookup (tenant, "user", case_id) values ('acme', 'anna', world.case_of('a1')), ('beta', 'bert', world.case_of('z1'));
insert into outlook_follow (tenant, last) values ('acme', 0), ('beta', 0);
insert into tombstone (tenant, key) values ('acme', gen_random_uuid()), ('beta', gen_random_uuid());
select is(world.told() <> '', true, 'events have numbers');
insert into event_counter select tenant, 99 from tenant;

-- Every table of the schema has rows of both tenants here, or this test proves nothing about it.
create function world.kinds() returns table (name text, is_table boolean) language sql as $$
	select c.relname::text, c.relkind = 'r' from pg_class c where c.relnamespace = 'casegate'::regnamespace and c.relkind in ('r', 'v') and c.relname <> 'schema_version' order by 2 desc, 1 $$;
select is(world.ask('superuser', format('select count(distinct tenant) >= 2 from %I', k.name)), 'true', 'both tenants are in ' || k.name)
	from world.kinds() k where k.name <> 'held';

-- Who may read at all: 0 rows, some of his own tenant, or a refusal; never a row of the other.
select is(world.ask(w.who, format('select count(*) from %I where tenant <> %L', k.name, w.tenant)) in ('0', 'error 42501'), true,
		w.who || ' sees nothing of another tenant in ' || k.name)
	from world.kinds() k, (values ('anna', 'acme'), ('chef', 'acme'), ('bert@beta', 'beta'), ('gateway@acme', 'acme'), ('graph@beta', 'beta'), ('web@acme', 'acme')) w(who, tenant)
	where not (k.name in ('stats') and w.who like any ('{gateway%,web%}'));
select is(world.ask(w.who, format('select count(*) from %I', k.name)) in ('0', 'error 42501'), true, w.who || ' without a sign-in sees nothing in ' || k.name)
	from world.kinds() k, (values ('nobody'), ('gateway'), ('graph'), ('web')) w(who)
	where not (k.name in ('stats') and w.who in ('gateway', 'web'));
select is(world.ask('operator', format('select count(*) from %I', k.name)), world.ask('superuser', format('select count(*) from %I', k.name)), 'the operator reads all of ' || k.name)
	from world.kinds() k;
select is(world.ask('nobody', format('select count(*) from %I where false', k.name)), case when k.name in ('tenant_user', 'case_file', 'case_member', 'message', 'message_sight', 'delivery',
		'participant', 'attachment', 'message_comment', 'delivery_message_row', 'evidence', 'event', 'outlook_connection', 'outlook_folder', 'thread_key', 'case_token', 'agent_address') then '0' else 'error 42501' end,
		'the app and the table ' || k.name) from world.kinds() k where k.is_table;

-- Who sees what, counted: rows of anna (a member of one case), bob (of the other, and he brought a3), cleo (none), chef (all).
create function world.seen(p_sql text) returns text language sql as $$
	select string_agg(w || '=' || world.ask(w, p_sql), ' ' order by i) from unnest('{anna,bob,cleo,chef,bert@beta,bea@beta}'::text[]) with ordinality x(w, i) $$;
select is(world.seen(format('select count(*) from %s', s.source)), format('anna=%s bob=%s cleo=%s chef=%s bert@beta=%s bea@beta=%s', anna, bob, cleo, chef, bert, bea), 'rows of ' || source)
	from (values
		('cases', 1, 1, 0, 2, 1, 0),
		('messages', 3, 2, 0, 4, 2, 0),
		('recipients', 3, 2, 0, 4, 2, 0),
		('attachments', 1, 1, 0, 2, 1, 0),
		('deliveries', 3, 2, 0, 5, 2, 0),
		('delivery_messages', 3, 2, 0, 4, 2, 0),
		('comments', 3, 2, 0, 4, 2, 0),
		('held', 0, 0, 0, 1, 0, 0),
		('(select from match_evidence where chosen) x', 3, 1, 0, 4, 2, 0),
		('outlook_connections', 1, 1, 0, 2, 1, 0),
		('(select from events where kind = ''message_filed'') x', 3, 2, 0, 4, 2, 0),
		('(select from events where kind = ''mail_held'') x', 0, 0, 0, 0, 0, 0),
		('tenant_user', 1, 1, 1, 1, 1, 1)) s(source, anna, bob, cleo, chef, bert, bea);
select is(world.ask('bob', 'select internet_message_id from messages order by 1'), 'a3,b1', 'bob sees what he brought into a case that is not his');
select is(world.ask('bob', 'select case_id from cases where case_id = ' || world.case_of('a1')), '', 'and not that case');
select is(world.ask('bob', 'select c.message_count || '' '' || c.missing_count from cases c'), '1 0', 'numbers of what he sees');
select is(world.ask('chef', 'select message_count || '' '' || missing_count from cases order by case_id'), '3 1,1 0', 'numbers of all');

-- The app need not know where our helpers are: everything works by its full name with an empty search_path.
create function world.bare(p_who text, p_sql text) returns text language plpgsql set search_path = '' as $$
begin
	return world.ask(p_who, p_sql);
end $$;
select is(world.bare(w.who, format('select count(x::text) > 0 from casegate.%I x', k.name)), 'true', w.who || ' reads every column of ' || k.name)
	from world.kinds() k, unnest('{chef,operator,gateway@acme}'::text[]) w(who) where not k.is_table and not (k.name = 'stats' and w.who = 'chef');
create temp table named as select world.case_of('a1')::text as a, world.case_of('b1')::text as b;
select matches(world.bare('chef', 'select count(x::text) from casegate.' || s || ' x'), '^[01]$', s || ' by its full name')
	from (select replace(replace(s, '{a}', a), '{b}', b) as s from named, unnest(array['draft_text({a})', 'set_case_state({a}, ''closed'')', 'missing_messages({a})', 'split_message(world.message(''a2''))', 'move_message(world.message(''a2''), {a})',
	'merge_cases({a}, {b})', 'unmerge_case({a})', 'add_member({a}, ''cleo'')', 'remove_member({a}, ''cleo'')', 'rotate_case_address({a})', 'add_attachment({a}, ''x'', ''x/y'', ''x'')', 'message_source(world.message(''a1''))',
	'release_held((select delivery_id from casegate.held))']) s) acts;

-- A user who was removed, and settings that say who one is without sign_in: the policies read them, the acts check them.
select is(world.ask('operator', 'select user_remove(''acme'', ''anna'')'), '', 'anna leaves');
select is(world.ask('anna', 'select 1'), 'error 28000', 'who left cannot sign in');
select is(world.ask(w, 'select 1'), 'error 28000', w || ' cannot sign in') from unnest('{nobody2,bert,anna@beta,anna@nowhere}'::text[]) w;

-- Writing: not even one's own rows. Nor what is the operator's, the gateway's or inside the acts.
select is(world.attempt(w, s), '42501', w || ': ' || s) from unnest('{chef,nobody}'::text[]) w, unnest(array[
	'update casegate.case_file set subject = ''x''', 'delete from casegate.message', 'insert into casegate.case_member values (''acme'', 1, ''cleo'')',
	'select tenant_add(''evil'', ''Evil'')', 'select user_add(''acme'', ''evil'', ''{}'', ''all'')', 'select sign_in_admin(''beta'', null)',
	'select number_events(true)', 'select address_lookup(''agent'', ''in.beta.test'')', 'select tenant_counts()', 'select member_set(1, ''cleo'')',
	'select message_take(1, 1)', 'select content_of(''x'')', 'select token_new()', 'select event_add(''acme'', ''erased'', 1, 1, 1)']) s;
-- The processes write rows of the tenant that they named only, and none of them is an operator or a user.
select is(world.attempt('gateway@acme', s), '42501', 'the gateway: ' || s) from unnest(array[
	'insert into casegate.case_file (tenant, number, subject) values (''beta'', 99, ''x'')', 'update casegate.message set tenant = ''beta'' where internet_message_id = ''a3''',
	'select tenant_add(''evil'', ''Evil'')', 'select release_held(1)', 'select sign_in(''acme'', ''chef'')', 'delete from casegate.delivery']) s;
select is(world.attempt(w, 'create table casegate.evil ()'), '42501', w || ' makes nothing in the schema') from unnest('{chef,operator,gateway,graph,web}'::text[]) w;
select * from finish();
rollback;
