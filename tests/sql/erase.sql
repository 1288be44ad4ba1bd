-- Erasing: nothing of a mail is left anywhere, what others need stays, and the counts still add up.
begin;
\ir world.psql
select no_plan();
select world.provide();

-- In how many rows of the schema a word stands, as text or inside bytes.
create function world.found(p_word text) returns text language plpgsql as $$
declare
	t text;
	n bigint;
	v_found text := '';
begin
	for t in select c.relname from pg_class c where c.relnamespace = 'casegate'::regnamespace and c.relkind = 'r' order by 1 loop
		execute format('select count(*) from casegate.%I x where strpos(x::text, $1) > 0 or strpos(x::text, encode(convert_to($1, ''UTF8''), ''hex'')) > 0', t) into n using p_word;
		if n > 0 then
			v_found := v_found || t || ' ';
		end if;
	end loop;
	return rtrim(v_found);
end $$;
-- Erases as the operator's command does; what it says in the end.
create function world.erase(p_case bigint, p_address text default null, p_limit int default 2) returns text language plpgsql as $$
declare
	v_erasure bigint;
	r record;
	v erased := row(0, 0, 0, 0, 0, 0);
begin
	perform world.become('operator@acme');
	v_erasure := erase_begin(case when p_case is null then 'address' else 'case' end, p_case);
	loop
		if p_case is not null then
			select * into r from erase_case(v_erasure, p_case, p_limit);
		else
			select * into r from erase_address(v_erasure, p_address, p_limit);
		end if;
		v := erased_sum(v, r.done);
		exit when r.is_done;
	end loop;
	set constraints all immediate;
	set constraints all deferred;
	perform world.become('superuser');
	if (select row(e.messages, e.deliveries, e.attachments, e.keys, e.cases, e.bytes)::erased from erasure e where e.erasure_id = v_erasure) <> v then
		return 'the audit row says something else';
	end if;
	return format('%s cases %s messages %s deliveries %s attachments', v.cases, v.messages, v.deliveries, v.attachments);
end $$;
create function world.adds_up() returns boolean language sql as $$
	select bool_and(received = filed + held + duplicate + rejected + failed) from casegate.stats $$;
create function world.fingerprint() returns text language sql as $$
	select string_agg(internet_message_id || ' ' || case_id, ',' order by internet_message_id) from casegate.message where tenant = 'beta' $$;

select * from world.mail('anna', 'qq1', '{}', 'Angebot Quarz', p_files => '{quarzdatei.txt,logo.png}');
select * from world.mail(null, 'qq2', '{qq1,qq0}', 'Re: Angebot Quarz', p_from => 'supplier@away.test', p_to => '{anna@acme.test}');
select * from world.mail('bob', 'keep1', '{}', 'Rechnung', p_to => '{other@far.test}', p_files => '{logo.png}');
select * from world.mail('bob', 'keep2', '{keep1}', 'Re: Rechnung', p_to => '{other@far.test}');
select * from world.mail(null, 'hh1', '{qq1}', 'Frage Quarz', p_from => 'stranger@away.test');
select * from world.mail('bert', 'z1', '{}', 'Angebot', p_tenant => 'beta');
insert into message_comment (tenant, message_id, delivery_id, position, author_address, at, text)
	select tenant, message_id, delivery_id, 1, 'anna@acme.test', now(), 'quarznotiz' from message where internet_message_id = 'qq1';
insert into said (tenant, message_id, position, base_subject, from_key, name, at, has_zone)
	select tenant, message_id, 1, base_subject, 'supplier@away.test', '', now(), false from message where internet_message_id in ('qq2', 'keep2');
insert into claim (tenant, key, message_id) select tenant, key_of('m', 'unknown'), message_id from message where internet_message_id = 'qq2' on conflict do nothing;
update delivery set envelope_from = 'supplier@away.test', peer = '192.0.2.1:1' where internet_message_id = 'qq2';

select is(world.found('quarzdatei'), 'attachment content', 'a file is there as its row and its bytes');
select is(world.attempt('anna', $$select erase_begin('case', 1)$$), '42501', 'the app erases nothing');
select is(world.attempt('gateway@acme', $$select erase_begin('case', 1)$$), '42501', 'the gateway neither');
select is(world.attempt('operator@beta', format($$select erase_begin('case', %s)$$, world.case_of('qq1'))), 'P0002', 'a case of another tenant is not there');

-- A case.
create temp table before as select world.case_of('qq1') as case_id, world.message('qq1') as message_id, world.fingerprint() as beta;
select is(world.erase(world.case_of('qq1')), '1 cases 2 messages 2 deliveries 2 attachments', 'a case is erased in steps');
select is(world.found(w), '', 'no row has: ' || w) from unnest('{qq1,qq2,qq0,quarzdatei,quarznotiz,Angebot Quarz,supplier@away.test,192.0.2.1:1}'::text[]) w where w <> 'qq1' and w <> 'supplier@away.test';
select is(world.found('qq1'), 'message', 'only the mail that waits names it');
select is(world.found('supplier@away.test'), 'participant said', 'other mail went to the supplier, and quotes him: that is its own');
select is(world.found('logo.png'), 'attachment content', 'the same file stays with the mail that needs it');
select is((select count(*) from thread_key where tenant = 'acme' and key in (key_of('m', 'qq1'), key_of('m', 'qq2'), key_of('m', 'qq0'))), 0::bigint, 'keys and ghosts are gone');
select is((select count(*) from case_token t join before b using (case_id)), 0::bigint, 'so is its address');
select is((select count(*) from message where internet_message_id like 'keep%'), 2::bigint, 'another case is as it was');
select is(world.fingerprint(), (select beta from before), 'another tenant is as it was');
select ok(world.adds_up(), 'the loss audit adds up');
select is((select count(*) from deliveries where tenant = 'acme' and reason = 'erased'), 2::bigint, 'deliveries stay as rows without content');
select is((select jsonb_agg(detail order by seq) from event e join before b using (case_id) where e.kind = 'erased'),
	(select jsonb_build_array(jsonb_build_object('messages', jsonb_build_array(message_id, message_id + 1))) from before), 'the app hears which messages');
select is((select jsonb_array_length(candidates) from held where tenant = 'acme'), 0, 'what waits has no such candidate any more');
select * from world.mail(null, 'qq3', '{qq2}', 'Re: Angebot Quarz', p_from => 'supplier@away.test', p_to => '{anna@acme.test}');
select is((select outcome from delivery where internet_message_id = 'qq3'), 'held', 'who was known by that case is a stranger again');
select * from world.mail('anna', 'qq1', '{}', 'Angebot Quarz', p_files => '{quarzdatei.txt}');
select is((select outcome from delivery where internet_message_id = 'qq1'), 'filed', 'the same mail may come again');
select is(world.erase(world.case_of('qq1')), '1 cases 1 messages 1 deliveries 1 attachments', 'and be erased again');

-- A thread with two cases: what is left keeps the keys that it has or names.
select * from world.mail('anna', 's1', '{}', 'Teil A');
select * from world.mail('anna', 's2', '{s1}', 'Re: Teil A');
select * from world.mail('anna', 's3', '{s2,s1,sx}', 'Re: Teil A');
select world.attempt('chef', format('select split_message(%s)', world.message('s3')));
select isnt(world.case_of('s3'), world.case_of('s1'), 'one thread, two cases');
select is(world.erase(world.case_of('s1')), '1 cases 2 messages 2 deliveries 0 attachments', 'one of them is erased');
select is(world.places(), 'keep1 keep2 | s3', 'the other stays');
select * from world.mail('anna', 's4', '{s2}', 'Re: Teil A');
select is(world.case_of('s4'), world.case_of('s3'), 'who answers an erased mail finds the thread that is left');
select * from world.mail('anna', 's2', '{s1}', 'Re: Teil A');
select is(world.case_of('s2'), world.case_of('s3'), 'an erased mail that is brought again is new there');

-- A merged case goes with the one that it has become; alone it is refused.
select * from world.mail('anna', 'm1', '{}', 'Eins');
select * from world.mail('anna', 'm2', '{}', 'Zwei');
create temp table merged as select world.case_of('m1') as case_id;
select world.attempt('chef', format('select merge_cases(%s, %s)', world.case_of('m1'), world.case_of('m2')));
select is(world.attempt('operator@acme', format($$select erase_begin('case', %s)$$, case_id)), '55000', 'a merged case is none of its own') from merged;
select is(world.erase(world.case_of('m2')), '2 cases 2 messages 2 deliveries 0 attachments', 'both are erased');
select is((select count(*) from case_file join merged using (case_id)), 0::bigint, 'also the merged one');

-- A person: mail from and to him, held ones, notes; the rest of his cases stays.
select * from world.mail('anna', 'p1', '{}', 'Anfrage Pumpe', p_to => '{paula@pump.test}');
select * from world.mail('anna', 'p2', '{p1}', 'Re: Anfrage Pumpe', p_to => '{other@far.test}');
select * from world.mail(null, 'p3', '{}', 'Nur so', p_from => 'paula@pump.test');
select * from world.mail('anna', 'p4', '{}', 'Sonst', p_to => '{Paula@pump.test,paula@pump.test}');
insert into said (tenant, message_id, position, base_subject, from_key, name, at, has_zone)
	select tenant, message_id, 2, base_subject, 'paula@pump.test', '', now(), false from message where internet_message_id = 'p2';
insert into evidence (tenant, delivery_id, position, signal, detail, strength, chosen)
	select tenant, delivery_id, 900, 'quoted', 'paula@pump.test', 'strong', false from delivery where internet_message_id = 'keep2';
update delivery set envelope_from = 'paula@pump.test', trace = E'Return-Path: <paula@pump.test>\r\n' where internet_message_id = 'keep2';
update message set text = 'Zitat: Paula@pump.test schrieb' where internet_message_id = 'keep1';
update tenant set quota_bytes = 1000000 where tenant = 'acme';
select tenant_bytes_count('acme') from (select set_config('casegate.tenant', 'acme', true)) x;
select is(world.ask('operator@acme', $$select message_id from erase_mentions('paula@pump.test', 'paula@pump.test') order by 1$$), world.message('keep1')::text,
	'texts of others that name him are listed');
select is(world.erase(null, ' Paula@Pump.test '), '1 cases 3 messages 3 deliveries 0 attachments', 'a person is erased');
select is(world.found('paula@pump.test'), '', 'his address is nowhere');
select is(world.found('Nur so'), '', 'nor what waited from him');
select ok(world.case_of('p2') is not null, 'his case keeps the mail of others');
select is((select sum(bytes) from tenant_bytes where tenant = 'acme'), (select sum(length(bytes)) from content where tenant = 'acme')::numeric, 'the quota counts what is left');
select is(world.attempt('operator@acme', $$select erase_begin('holiday')$$), '23514', 'an erasure has one of three reasons');

-- Every column that names a message, case or delivery names one that is there.
create function world.dangling() returns text language plpgsql as $$
declare
	r record;
	n bigint;
	v text := '';
begin
	for r in select c.relname as t, a.attname as k from pg_class c join pg_attribute a on a.attrelid = c.oid
			where c.relnamespace = 'casegate'::regnamespace and c.relkind = 'r' and c.relname not in ('event', 'erasure', 'retention_state') and a.attnum > 0
				and a.attname in ('message_id', 'case_id', 'delivery_id', 'held_message', 'reply_to_message', 'linked_to', 'merged_into', 'pin', 'pin_auto') loop
		execute format('select count(*) from casegate.%I x where x.%I is not null and not exists (select from casegate.%s y where y.tenant = x.tenant and y.%s = x.%I)', r.t, r.k,
			case when r.k in ('message_id', 'held_message', 'reply_to_message') then 'message' when r.k = 'delivery_id' then 'delivery' else 'case_file' end,
			case when r.k in ('message_id', 'held_message', 'reply_to_message') then 'message_id' when r.k = 'delivery_id' then 'delivery_id' else 'case_id' end, r.k) into n;
		if n > 0 then
			v := v || r.t || '.' || r.k || ' ';
		end if;
	end loop;
	return v;
end $$;
select is(world.dangling(), '', 'nothing points to what is gone');
select ok(world.adds_up(), 'the loss audit still adds up');

-- Retention: by itself, bounded, cases whose last mail is too old, and mail that lies in none.
create function world.retain() returns int language plpgsql as $$
declare
	n int := 0;
begin
	perform world.become('gateway');
	while retention_step(2) > 0 and n < 100 loop
		n := n + 1;
	end loop;
	set constraints all immediate;
	set constraints all deferred;
	perform world.become('superuser');
	return n;
end $$;
select is(world.attempt('anna', 'select retention_step(1)'), '42501', 'not for the app');
select is(world.retain(), 0, 'without retention_days nothing is due');
select * from world.mail(null, 'r1', '{}', 'Alte Frage', p_from => 'rest@away.test');
select * from world.mail(null, 'r2', '{}', 'Neue Frage', p_from => 'rest@away.test');
select * from world.mail('anna', 'r3', '{}', 'Alter Fall');
select * from world.mail('anna', 'r4', '{r3}', 'Re: Alter Fall');
select * from world.mail('anna', 'r5', '{}', 'Halb alter Fall');
select * from world.mail('anna', 'r6', '{r5}', 'Re: Halb alter Fall');
select world.attempt('chef', format('select refuse_held(%s)', (select delivery_id from delivery where internet_message_id = 'r1')));
update delivery set received_at = now() - interval '31 days' where internet_message_id in ('r1', 'r3', 'r4', 'r5');
update message set received_at = now() - interval '31 days', filed_at = now() - interval '31 days' where internet_message_id in ('r1', 'r3', 'r4', 'r5');
update case_file set opened_at = now() - interval '31 days' where case_id in (world.case_of('r3'), world.case_of('r5'));
select is(world.attempt('operator', $$select tenant_set('acme', 'retention_days', '30')$$), 'done', 'the tenant keeps mail for 30 days');
select ok(world.retain() between 3 and 20, 'some steps');
select is((select string_agg(internet_message_id, ' ' order by internet_message_id) from message where internet_message_id like 'r_'), 'r2 r5 r6', 'what is past its days is gone, a case as a whole');
select is(world.found('Alte Frage') || world.found('Alter Fall'), '', 'with every word');
select is(world.retain(), 0, 'then all is looked through');
select is((select count(*) from erasure where reason = 'retention'), 1::bigint, 'the audit has one row a day');
select is((select messages from erasure where reason = 'retention'), 3::bigint, 'with what was erased');
select is(world.dangling(), '', 'nothing points to what is gone');
select ok(world.adds_up(), 'the loss audit adds up to the end');

-- A tenant whose mail is all erased can be removed, and leaves nothing.
select is(world.attempt('operator', $$select tenant_remove('beta')$$), '55006', 'a tenant with mail is not removed');
do $$
declare
	v_erasure bigint;
begin
	perform world.become('operator@beta');
	v_erasure := erase_begin('case', (select case_id from casegate.cases where tenant = 'beta'));
	while not (select is_done from erase_case(v_erasure, (select case_id from casegate.cases where tenant = 'beta'), 10)) loop end loop;
	perform world.become('superuser');
end $$;
insert into outlook_follow values ('beta', 1);
insert into outlook_connection (tenant, "user", state) values ('beta', 'bert', 'disconnected');
select is(world.attempt('operator', $$select tenant_remove('beta')$$), 'done', 'one without is');
create function world.left_of(p_tenant text) returns text language plpgsql as $$
declare
	t text;
	n bigint;
	v text := '';
begin
	for t in select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant'
			where c.relnamespace = 'casegate'::regnamespace and c.relkind = 'r' order by 1 loop
		execute format('select count(*) from casegate.%I x where x.tenant = $1', t) into n using p_tenant;
		v := v || case when n > 0 then t || ' ' else '' end;
	end loop;
	return v;
end $$;
select is(world.left_of('beta'), '', 'no row of it is left');
select * from finish();
rollback;
