-- Administration, all of it idempotent; and whose an address is.
begin;
\ir world.psql
select no_plan();

-- Tenants.
select is(world.attempt('operator', sql), want, sql) from (values
	('select tenant_add(''acme'', ''ACME GmbH'')', 'done'), ('select tenant_add(''acme'', '''')', 'done'), ('select tenant_add(''acme'', null)', 'done'), ('select tenant_add(''beta'', ''Beta'')', 'done'),
	('select tenant_add(''Gone-1.x_y'', ''Gone'')', 'done'),
	('select tenant_add('''', ''x'')', '22023'), ('select tenant_add(null, ''x'')', '22023'), ('select tenant_add(''a b'', ''x'')', '22023'), ('select tenant_add(''-a'', ''x'')', '22023'),
	('select tenant_add(repeat(''a'', 64), ''x'')', '22023'), ('select tenant_add(repeat(''a'', 63), ''x'')', 'done'), ('select tenant_add(''ä'', ''x'')', '22023'),
	('select tenant_remove(repeat(''a'', 63))', 'done'), ('select tenant_remove(repeat(''a'', 63))', 'done')) v(sql, want);
select is((select string_agg(tenant || ' ' || name, ', ' order by tenant) from tenant), 'Gone-1.x_y Gone, acme ACME GmbH, beta Beta', 'tenants');
select is(world.ask('operator@beta', 'select tenant_now() || (tenant_add(''acme'', '''') is null) || tenant_now()'), 'betafalsebeta', 'an act leaves the caller signed in where he was');

-- Settings: what is allowed, what it becomes, what an empty value takes back.
create function world.setting(p_key text) returns text language plpgsql as $$
declare
	v text;
begin
	execute format('select %I::text from tenant where tenant = ''acme''', p_key) into v;
	return coalesce(v, 'null');
end $$;
create function world.set(p_key text, p_value text) returns text language plpgsql as $$
declare
	v_done text := world.attempt('operator', format('select tenant_set(''acme'', %L, %L)', p_key, p_value));
begin
	return case when v_done = 'done' then world.setting(p_key) else v_done end;
end $$;
select is(world.set(key, value), want, key || ' = ' || coalesce(replace(value, E'\n', '\n'), 'null')) from (values
	('never_file', 'Boss@Acme.Test, away.TEST  @far.test,away.test', '{away.test,boss@acme.test,far.test}'), ('never_file', 'nonsense', '22023'), ('never_file', 'a@b@c.test', '22023'),
	('never_file', 'a@b.test (x)', '22023'), ('never_file', '*.Far.test', '{*.far.test}'), ('never_file', 'a*.far.test', '22023'), ('never_file', '*.test', '22023'), ('never_file', '', '{}'),
	('closed', 'new', 'new'), ('closed', ' HOLD ', 'hold'), ('closed', 'shut', '22023'), ('closed', null, 'reopen'),
	('closed_days', '30', '30'), ('closed_days', '0', '0'), ('closed_days', '-1', '22023'), ('closed_days', '1.5', '22023'), ('closed_days', '99999999999999999999', '22023'), ('closed_days', '', '0'),
	('retention_days', '365', '365'), ('retention_days', '0', '22023'), ('retention_days', 'x', '22023'), ('retention_days', '', 'null'),
	('subject_tag', 'yes', 'true'), ('subject_tag', 'No', 'false'), ('subject_tag', '1', '22023'), ('subject_tag', 'yes', 'true'), ('subject_tag', '', 'false'),
	('trusted_arc', 'outlook.test google.test', '{google.test,outlook.test}'), ('trusted_arc', 'x', '22023'), ('trusted_arc', 'a@b.test', '22023'), ('trusted_arc', '', '{}'),
	('reference_pattern', 'AN-####', 'AN-####'), ('reference_pattern', E'a\nb', '22023'), ('reference_pattern', repeat('x', 201), '22023'), ('reference_pattern', '', 'null'),
	('quota_bytes', '1000000', '1000000'), ('quota_bytes', '0', '22023'), ('quota_bytes', '1k', '22023'), ('quota_bytes', '', 'null'),
	('hourly_mails', '500', '500'), ('hourly_mails', '0', '22023'), ('hourly_mails', '', 'null'),
	('timezone', 'europe/ZURICH', 'Europe/Zurich'), ('timezone', 'UTC', 'UTC'), ('timezone', 'Mars/North', '22023'), ('timezone', '', 'Europe/Berlin'),
	('language', 'en', 'en'), ('language', 'fr', '22023'), ('language', '', 'de')) v(key, value, want);
select is(world.attempt('operator', sql), want, sql) from (values ('select tenant_set(''acme'', ''colour'', ''red'')', '22023'), ('select tenant_set(''acme'', null, ''red'')', '22023'),
	('select tenant_set(''nope'', ''language'', ''en'')', 'P0002'), ('select tenant_set(null, ''language'', ''en'')', 'P0002')) v(sql, want);
select matches(world.complaint('operator', 'select tenant_set(''acme'', ''colour'', ''red'')'), 'colour.*never_file, closed,.*language', 'an unknown key is answered with those that there are');
select matches(world.complaint('operator', 'select tenant_set(''acme'', ''closed_days'', ''soon'')'), 'closed_days.*0 to 36500.*soon', 'a bad value with what is allowed');
insert into content values ('acme', sha256('a'), 0, 'aaaa'), ('acme', sha256('a'), 1, 'bb'), ('beta', sha256('b'), 0, 'bbbb');
insert into tenant_bytes values ('acme', 3, 777);
select is(world.set('quota_bytes', '10'), '10', 'a quota');
select is((select string_agg(slot || ' ' || bytes, ',') from tenant_bytes where tenant = 'acme'), '0 6', 'counts what is there');

-- People.
select is(world.attempt('operator', sql), want, sql) from (values
	('select user_add(''acme'', ''anna'', ''{Anna@ACME.test}'')', 'done'), ('select user_add(''acme'', ''anna'', ''{anna@acme.test, a2@acme.test}'')', 'done'),
	('select user_add(''acme'', ''chef'', ''{chef@acme.test}'', ''all'')', 'done'), ('select user_add(''acme'', ''chef'', ''{}'')', 'done'), ('select user_add(''acme'', ''mute'')', 'done'),
	('select user_add(''acme'', ''bob'', ''{a2@acme.test}'')', '23505'), ('select user_add(''acme'', ''bob'', ''{nonsense}'')', '22023'), ('select user_add(''acme'', ''bob'', ''{}'', ''king'')', '22023'),
	('select user_add(''acme'', '''', ''{}'')', '22023'), ('select user_add(''acme'', ''a b'', ''{}'')', '22023'), ('select user_add(''nope'', ''bob'', ''{}'')', 'P0002'),
	('select user_add(''beta'', ''anna'', ''{anna@acme.test}'')', 'done'),
	('select user_domain_add(''acme'', ''@ACME.test'')', 'done'), ('select user_domain_add(''acme'', ''acme.test'')', 'done'), ('select user_domain_add(''acme'', ''test'')', '22023'),
	('select user_domain_add(''acme'', ''old.test'')', 'done'), ('select user_domain_remove(''acme'', ''Old.test'')', 'done'), ('select user_domain_remove(''acme'', ''old.test'')', 'done')) v(sql, want);
select is((select string_agg("user" || ' ' || role || coalesce(' ' || (select string_agg(address, '+' order by address) from user_address a where a.tenant = u.tenant and a."user" = u."user"), ''), ', ' order by "user")
	from tenant_user u where tenant = 'acme'), 'anna member a2@acme.test+anna@acme.test, chef all chef@acme.test, mute member', 'users with their addresses; a failed one left nothing');
select matches(world.complaint('operator', 'select user_add(''acme'', ''bob'', ''{a2@acme.test}'')'), 'a2@acme\.test.*anna', 'who has the address is named');
select is((select string_agg(domain, ',') from user_domain), 'acme.test', 'domains');
insert into outlook_connection (tenant, "user", mailbox, state) values ('acme', 'anna', 'anna@acme.test', 'connected');
select is(world.attempt('operator', 'select user_remove(''acme'', ''anna''), user_remove(''acme'', ''anna''), user_remove(''acme'', ''ghost'')'), 'done', 'removed, twice');
select is(world.attempt('operator', 'select user_add(''acme'', ''bob'', ''{a2@acme.test}'')'), 'done', 'the address is free');
select is(world.attempt('anna', 'select 1'), '28000', 'he signs in no more');
select is((select state from outlook_connection where "user" = 'anna'), 'disconnected', 'his mailbox is not read any more');
select is(world.attempt('operator', 'select user_add(''acme'', ''anna'', ''{anna@acme.test}'')'), 'done', 'he comes back');
select is(world.attempt('anna', 'select 1'), 'done', 'and signs in');

-- A colleague by domain gets an account: all that was his is the account's.
create function world.colleague(p_address text) returns void language plpgsql as $$
declare
	v_case bigint;
	v_message bigint;
begin
	insert into tenant_user (tenant, "user", is_by_domain) values ('acme', p_address, true);
	perform set_config('casegate.tenant', 'acme', true);
	v_case := case_open('acme', 'Of ' || p_address, p_address);
	insert into thread (tenant, thread_id, root_id, case_id) select 'acme', n, n, v_case from nextval('casegate.thread_thread_id_seq') n;
	insert into message (tenant, case_id, thread_id, own_key, ref_keys, refs, weak, base_subject, identity, is_reconstructed, direction, source, kind, subject, sent_at, received_at, submitted_by, text)
		select 'acme', v_case, max(thread_id), gen_random_uuid(), '{}', '{}', false, '', 'id', false, 'out', 'bcc', 'mail', 's', now(), now(), p_address, 't' from thread
		returning message_id into v_message;
	insert into message_sight values ('acme', v_message, p_address, true);
	insert into outlook_connection (tenant, "user", mailbox) values ('acme', p_address, p_address);
	insert into outbox (tenant, message_id, "user") values ('acme', v_message, p_address);
	insert into case_merge (tenant, from_case, into_case, by_user, message_ids, members) values ('acme', v_case, v_case, p_address, '{}', array[p_address, 'chef']);
	perform set_config('casegate.tenant', '', true);
end $$;
create function world.belongings(p_user text) returns text language sql as $$
	select concat_ws(' ', (select count(*) from case_member where "user" = p_user), (select count(*) from case_file where opened_by = p_user), (select count(*) from message where submitted_by = p_user),
		(select count(*) from message_sight where "user" = p_user), (select count(*) from outlook_connection where "user" = p_user), (select count(*) from outbox where "user" = p_user),
		(select count(*) from case_merge where by_user = p_user and p_user = any(members)), (select count(*) from tenant_user where "user" = p_user and is_by_domain)) $$;
select world.colleague('dora@acme.test');
select is(world.belongings('dora@acme.test'), '1 1 1 1 1 1 1 1', 'a colleague by domain');
select is(world.attempt('operator', 'select user_add(''acme'', ''dora'', ''{Dora@acme.test}'')'), 'done', 'gets an account');
select is(world.belongings('dora@acme.test') || ', ' || world.belongings('dora'), '0 0 0 0 0 0 0 0, 1 1 1 1 1 1 1 0', 'and all is the account''s');
select is((select "user" from user_address where address = 'dora@acme.test'), 'dora', 'the address, too');
select world.colleague('dora2@acme.test');
select is(world.attempt('operator', 'select user_add(''acme'', ''dora'', ''{dora2@acme.test}'')'), 'done', 'her second address');
select is(world.belongings('dora2@acme.test') || ', ' || world.belongings('dora'), '0 0 0 0 0 0 0 0, 2 2 2 2 1 2 2 0', 'is folded in; one mailbox stays');
select world.colleague('emil@acme.test');
select is(world.attempt('operator', 'select user_add(''acme'', ''emil@acme.test'', ''{emil@acme.test}'')'), 'done', 'an account whose key is the address');
select is(world.belongings('emil@acme.test'), '1 1 1 1 1 1 1 0', 'is the same user');

-- Agent addresses.
select is(world.attempt('operator', sql), want, sql) from (values
	('select address_add(''acme'', ''Agent@In.Acme.test'')', 'done'), ('select address_add(''acme'', ''agent@in.acme.test'')', 'done'), ('select address_add(''acme'', ''agent+own@in.acme.test'')', 'done'),
	('select address_add(''beta'', ''agent@in.acme.test'')', '23505'), ('select address_add(''beta'', ''agent@in.beta.test'')', 'done'), ('select address_add(''beta'', ''second@in.acme.test'')', 'done'),
	('select address_add(''acme'', ''nonsense'')', '22023'), ('select address_add(''acme'', '''')', '22023'), ('select address_add(''acme'', null)', '22023'), ('select address_add(''acme'', ''a@b@c'')', '22023'),
	('select address_add(''acme'', ''agent@grün.test'')', '22023'), ('select address_add(''nope'', ''agent@x.test'')', 'P0002'),
	('select address_add(''acme'', ''away@in.acme.test'')', 'done'), ('select address_remove(''acme'', ''AWAY@in.acme.test'')', 'done'), ('select address_remove(''acme'', ''away@in.acme.test'')', 'done'),
	('select address_remove(''acme'', ''agent@in.beta.test'')', 'done')) v(sql, want);
select is((select string_agg(address, ' ' order by address) from agent_address), 'agent+own@in.acme.test agent@in.acme.test agent@in.beta.test second@in.acme.test', 'nobody removes another''s');
select matches(world.complaint('operator', 'select address_add(''beta'', ''agent@in.acme.test'')'), 'agent@in\.acme\.test.*acme', 'whose it is is named');

-- Whose is an address? The whole table; WORD, TOKEN of acme's case, RETIRED one, MERGED case's, ALIEN of beta.
update case_token set token = repeat('a', 20) where case_id = (select case_id from case_file where opened_by = 'emil@acme.test');
insert into case_token (token, tenant, case_id, retired_at) select repeat('b', 20), 'acme', case_id, now() from case_token where token = repeat('a', 20);
create temp table named as select case_id from case_token where token = repeat('a', 20);
insert into case_file (tenant, case_id, number, subject, state, merged_into) select 'acme', 900, 900, 'x', 'merged', case_id from named;
insert into case_file (tenant, case_id, number, subject) values ('beta', 901, 901, 'y');
insert into case_token (token, tenant, case_id) values (repeat('c', 20), 'acme', 900), (repeat('d', 20), 'beta', 901);
create function world.whose(p_address text) returns text language sql as $$
	select coalesce((select string_agg(concat_ws(' ', l.tenant, l.address, coalesce(substr(l.token, 1, 1), '-'), case when l.case_id = (select case_id from named) then 'case' when l.case_id is null then 'none' else 'other' end, l.answer, l.word), '; ')
		from address_lookup(split_part(p_address, '@', 1), split_part(p_address, '@', 2)) l), 'nobody') $$;
grant select on named to public;
select is(world.ask('gateway', format('select world.whose(%L)', a)), want, a) from (values
	('agent@in.acme.test', 'acme agent@in.acme.test - none ok'), ('AGENT@IN.ACME.TEST', 'acme agent@in.acme.test - none ok'), ('agent@in.beta.test', 'beta agent@in.beta.test - none ok'),
	('nobody@in.acme.test', 'nobody'), ('agent@acme.test', 'nobody'), ('agent@', 'nobody'), ('@in.acme.test', 'nobody'), ('+x@in.acme.test', 'nobody'), ('a%t@in.acme.test', 'nobody'),
	('agent+word@in.acme.test', 'acme agent@in.acme.test - none ok word'), ('agent+@in.acme.test', 'acme agent@in.acme.test - none ok '), ('nobody+word@in.acme.test', 'nobody'),
	('agent+own@in.acme.test', 'acme agent+own@in.acme.test - none ok'), ('agent+own+word@in.acme.test', 'acme agent+own@in.acme.test - none ok word'), ('agent+x+y@in.acme.test', 'acme agent@in.acme.test - none ok x+y'),
	('agent+aaaaaaaaaaaaaaaaaaaa@in.acme.test', 'acme agent@in.acme.test a case ok aaaaaaaaaaaaaaaaaaaa'), ('Agent+AAAAAAAAAAAAAAAAAAAA@in.acme.test', 'acme agent@in.acme.test a case ok aaaaaaaaaaaaaaaaaaaa'),
	('agent+bbbbbbbbbbbbbbbbbbbb@in.acme.test', 'acme agent@in.acme.test b case ok bbbbbbbbbbbbbbbbbbbb'), ('agent+cccccccccccccccccccc@in.acme.test', 'acme agent@in.acme.test c case ok cccccccccccccccccccc'),
	('agent+dddddddddddddddddddd@in.acme.test', 'acme agent@in.acme.test - none ok dddddddddddddddddddd'), ('agent+eeeeeeeeeeeeeeeeeeee@in.acme.test', 'acme agent@in.acme.test - none ok eeeeeeeeeeeeeeeeeeee'),
	('aaaaaaaaaaaaaaaaaaaa@in.acme.test', 'acme agent+own@in.acme.test a case ok aaaaaaaaaaaaaaaaaaaa'), ('AAAAAAAAAAAAAAAAAAAA@in.acme.test', 'acme agent+own@in.acme.test a case ok aaaaaaaaaaaaaaaaaaaa'),
	('cccccccccccccccccccc@in.acme.test', 'acme agent+own@in.acme.test c case ok cccccccccccccccccccc'), ('eeeeeeeeeeeeeeeeeeee@in.acme.test', 'nobody'),
	('aaaaaaaaaaaaaaaaaaaa@in.beta.test', 'nobody'), ('dddddddddddddddddddd@in.beta.test', 'beta agent@in.beta.test d other ok dddddddddddddddddddd'),
	('dddddddddddddddddddd@in.acme.test', 'beta second@in.acme.test d other ok dddddddddddddddddddd'), ('aaaaaaaaaaaaaaaaaaaa@nowhere.test', 'nobody')) v(a, want);
select is(world.ask('gateway', 'select l.tenant from address_lookup(null, null) l'), '', 'null is nobody''s');
select is(world.ask('gateway@beta', 'select (select l.tenant from address_lookup(''agent'', ''in.acme.test'') l) || tenant_now()'), 'acmebeta', 'asking leaves the tenant as it was');
-- Quota and rate.
select is(world.set('quota_bytes', '7'), '7', 'one byte is left'); select is(world.whose('agent@in.acme.test'), 'acme agent@in.acme.test - none ok', 'ok');
update tenant_bytes set bytes = 7 where tenant = 'acme'; select is(world.whose('agent@in.acme.test'), 'acme agent@in.acme.test - none quota', 'none is left');
select is(world.whose('agent@in.beta.test'), 'beta agent@in.beta.test - none ok', 'another tenant''s quota is its own');
select is(world.set('quota_bytes', ''), 'null', 'no quota'); select is(world.set('hourly_mails', '2'), '2', 'two an hour');
insert into delivery (tenant, received_at, protocol, recipient, is_first, size, outcome) select 'acme', now() - make_interval(mins => m), 'lmtp', 'x', false, 0, 'held' from unnest('{1,61,90}'::int[]) m;
select is(world.whose('agent@in.acme.test'), 'acme agent@in.acme.test - none ok', 'one in this hour');
insert into delivery (tenant, received_at, protocol, recipient, is_first, size, outcome) values ('acme', now() - interval '59 min', 'lmtp', 'x', false, 0, 'held');
select is(world.whose('agent@in.acme.test'), 'acme agent@in.acme.test - none rate', 'two in this hour');

-- A tenant with mail stays; one without goes with all it has.
select is(world.attempt('operator', 'select tenant_remove(''acme'')'), '55006', 'not one with mail');
select is(world.attempt('operator', 'select user_add(''Gone-1.x_y'', ''g'', ''{g@gone.test}''), user_domain_add(''Gone-1.x_y'', ''gone.test''), address_add(''Gone-1.x_y'', ''agent@gone.test''), tenant_remove(''Gone-1.x_y''), tenant_remove(''nope'')'), 'done', 'one without');
select is((select count(*) from tenant where tenant like 'Gone%') + (select count(*) from agent_address where address = 'agent@gone.test'), 0::bigint, 'is gone, its address free');

-- The operator's sign-in, and the loss audit.
select is(world.attempt('operator', sql), want, sql) from (values ('select sign_in_admin(''acme'', null)', 'done'), ('select sign_in_admin(''acme'', ''chef'')', 'done'), ('select sign_in_admin(''acme'')', 'done'),
	('select sign_in_admin(''acme'', ''ghost'')', 'P0002'), ('select sign_in_admin(''nope'', null)', 'P0002'), ('select sign_in_admin(null, null)', 'P0002')) v(sql, want);
select is(world.ask('operator', 'select sign_in_admin(''acme'', ''chef'')::text || tenant_now() || user_now()'), 'acmechef', 'signed in for the transaction');
insert into delivery (tenant, received_at, protocol, recipient, is_first, size, outcome) select 'beta', now(), 'lmtp', 'x', false, 0, o from unnest('{filed,filed,filed,duplicate,duplicate,rejected,failed,failed,failed,failed,held}'::text[]) o;
select is(world.ask(w, 'select concat_ws('' '', tenant, received, filed, held, duplicate, rejected, failed) from stats order by tenant'), 'acme 4 0 4 0 0 0,beta 11 3 1 2 1 4', w || ' counts')
	from unnest('{operator,operator@beta,gateway,gateway@acme,web}'::text[]) w;
select is(world.ask('gateway@acme', 'select received || tenant_now() from stats limit 1'), '4acme', 'counting leaves the tenant as it was');
select is((select bool_and(received = filed + held + duplicate + rejected + failed and received = (select count(*) from delivery d where d.tenant = s.tenant)) from stats s), true, 'nothing is lost');
set constraints all immediate;
select * from finish();
rollback;
