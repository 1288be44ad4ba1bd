-- Mail that people send: what is accepted, what it becomes, and how it can be held back.
begin;
\ir world.psql
select no_plan();
select world.provide();
select * from world.mail('anna', 'a1', '{older}', 'Offer', p_files => '{list.txt}');
select * from world.mail(null, 'a2', '{a1}', 'Re: Offer', p_from => 'supplier@away.test', p_to => '{anna@acme.test}');
select * from world.mail('bob', 'b1', '{}', 'Invoice', p_to => '{other@far.test}', p_files => '{bill.txt}');
select * from world.mail('anna', 'x1', '{}', 'Other');
insert into tenant_user (tenant, "user") values ('acme', 'dora'); insert into user_domain values ('acme', 'acme.test');
insert into outlook_connection (tenant, "user", mailbox, state) values ('acme', 'anna', 'Anna@acme.test', 'connected'), ('acme', 'bob', 'bob@acme.test', 'reconnect'), ('acme', 'dora', null, 'disconnected'), ('beta', 'bert', 'bert@beta.test', 'connected');
create temp table named as select world.case_of('a1') as a, world.case_of('b1') as b, world.message('b1') as b1, world.message('x1') as x1, (select attachment_id from attachment where filename = 'list.txt') as list, (select attachment_id from attachment where filename = 'bill.txt') as bill;
create function world.fill(p_sql text) returns text language plpgsql as $$
declare
	n record;
begin
	for n in select * from named, jsonb_each_text(to_jsonb(named)) loop
		p_sql := replace(p_sql, '{' || n.key || '}', coalesce(n.value, 'null'));
	end loop;
	return p_sql;
end $$;
select world.told() \gset

-- Callers and values.
select is(world.rehearse(w, world.fill('select send_mail({a}, array[''x@far.test''], ''Subject'', ''Text'')')), want, w || ' sends') from (values ('anna', 'done'), ('bob', 'P0002'), ('chef', '55000'), ('bert@beta', 'P0002'), ('nobody', '28000'), ('operator@acme', '28000'), ('gateway@acme', '42501')) v(w, want);
select is(world.rehearse('anna', world.fill(format('select send_mail({a}, %s)', args))), want, 'send_mail ' || args) from (values
	('array[''x@far.test'', ''Y Y <y@far.test>''], ''S'', ''T''', 'done'), ('array[''x@far.test''], ''S'', ''T'', ''<p>T</p>'', array[''c@far.test''], world.message(''a2''), ''{}'', ''k''', 'done'),
	('array[''x@far.test''], ''S'', null, ''<p>T</p>''', 'done'), ('array[''x@far.test''], '''', ''T''', 'done'), ('array[''x@far.test''], null, ''T''', 'done'), ('array[''x@far.test''], ''S'', ''T'', cc => null', 'done'),
	('''{}'', ''S'', ''T''', '22023'), ('null, ''S'', ''T''', '22023'), ('array[''x@far.test''], ''S'', null', '22023'), ('array[null::text], ''S'', ''T''', '22023'), ('array[''''], ''S'', ''T''', '22023'),
	('array[''nonsense''], ''S'', ''T''', '22023'), ('array[''x@y@z.test''], ''S'', ''T''', '22023'), ('array[''x y@far.test''], ''S'', ''T''', '22023'), ('array[''a@far.test, b@far.test''], ''S'', ''T''', '22023'),
	('array[E''x@far.test\r\nBcc: y@far.test''], ''S'', ''T''', '22023'), ('array[E''X\nY <x@far.test>''], ''S'', ''T''', '22023'), ('array[''<x@far.test>>''], ''S'', ''T''', '22023'), ('array[''x@grün.test''], ''S'', ''T''', '22023'),
	('array[''x@far.test''], ''S'', ''T'', null, array[''bad'']', '22023'), ('array[''x@far.test''], E''S\r\nBcc: y@far.test'', ''T''', '22023'), ('array[''x@far.test''], E''S\tT'', ''T''', '22023'), ('array[''x@far.test''], repeat(''s'', 901), ''T''', '22023'),
	('array[''x@far.test''], ''S'', repeat(''t'', 4194305)', '54000'), ('(select array_agg(n || ''@far.test'') from generate_series(1, 101) n), ''S'', ''T''', '54000'), ('array[''x@far.test''], ''S'', ''T'', reply_to_message => {b1}', 'P0002'), ('array[''x@far.test''], ''S'', ''T'', reply_to_message => {x1}', '22023'),
	('array[''x@far.test''], ''S'', ''T'', reply_to_message => 999', 'P0002'), ('array[''x@far.test''], ''S'', ''T'', attachments => array[{bill}]', 'P0002'), ('array[''x@far.test''], ''S'', ''T'', attachments => array[999]', 'P0002'),
	('array[''x@far.test''], ''S'', ''T'', attachments => array[{list}, {list}]', 'done'), ('array[''x@far.test''], ''S'', ''T'', attachments => array[null]::bigint[]', 'P0002')) v(args, want);
select is(world.rehearse('anna', 'select send_mail(999, array[''x@far.test''], ''S'', ''T'')'), 'P0002', 'no such case');
-- Without a mailbox the error says how it works all the same.
select is(world.attempt('operator@acme', world.fill('select add_member({a}, u) from unnest(''{bob,chef,dora}''::text[]) u')), 'done', 'more members');
select matches(world.complaint(w, world.fill('select send_mail({a}, array[''x@far.test''], ''S'', ''T'')')), 'BCC to agent\+[a-z2-7]{20}@in\.acme\.test', w || ' is told of BCC') from unnest('{bob,chef,dora}'::text[]) w;

-- What is sent.
select world.told() \gset
select is(world.ask('anna', world.fill('select add_attachment({a}, ''Plan ä.pdf'', ''Application/PDF'', ''%PDF'')')) ~ '^\d+$', true, 'a file to send');
select is(world.ask('anna', 'select case_id || '' '' || filename || '' '' || content_type || '' '' || size || '' '' || (message_id is null) from attachments where filename like ''Plan%'''), world.fill('{a} Plan ä.pdf application/pdf 4 true'), 'it waits in its case');
select is(world.ask('anna', 'select convert_from(attachment_content(attachment_id), ''UTF8'') from attachments where filename like ''Plan%'''), '%PDF', 'and can be read');
select is(world.ask('bob', 'select count(*) from attachments where filename like ''Plan%'''), '1', 'by members');
select is(world.attempt('anna', world.fill('select set_case_state({a}, ''closed'')')), 'done', 'the case is closed');
select world.told() \gset
select is(world.ask('anna', world.fill('select send_mail({a}, array[''Supplier <Supplier@away.test>'', ''agent@in.acme.test''], ''Re: Offer'', ''Hello'', ''<p onclick=x>Hello</p>'', array[''bob@acme.test''], null,
	(select array_agg(attachment_id order by attachment_id desc) from attachments where case_id = {a}), ''key-1'') > 0')), 'true', 'sent');
create temp table sent as select message_id, tenant from outbox;
select is(world.told(), 'case_state message_filed send_state', 'told; the case reopens');
select is(world.ask('anna', 'select concat_ws('' '', direction, source, kind, from_address, subject, submitted_by, text, coalesce(html, ''no html''), send_state, coalesce(send_error, ''no error''), case_id) from messages where source = ''send'''),
	world.fill('out send mail Anna@acme.test Re: Offer anna Hello no html queued no error {a}'), 'a message of its case; its HTML is for no browser');
select is((select html || ' ' || "user" || ' ' || (reply_to_message = world.message('a2')) from outbox), '<p onclick=x>Hello</p> anna true', 'the outbox has the HTML, and the last mail of the case');
select is(world.ask('anna', 'select role || '' '' || coalesce(name, ''-'') || '' '' || address || '' '' || is_agent from recipients join messages using (message_id) where source = ''send'' order by role desc, position'),
	'to Supplier Supplier@away.test false,to - agent@in.acme.test true,cc - bob@acme.test false', 'recipients');
select is((select string_agg(p.role || ' ' || p.address_key, ', ' order by p.role, p.position) from participant p join sent using (tenant, message_id)), 'cc bob@acme.test, from anna@acme.test, to supplier@away.test, to agent@in.acme.test', 'participants');
select is((select array_to_string(refs, ' ') || ', ' || (ref_keys = array[key_of('m', 'a2'), key_of('m', 'a1')]) from message join sent using (tenant, message_id)), 'a2 a1, true', 'it names what it answers, the nearest first');
select is((select internet_message_id ~ '^[0-9a-f-]{36}@in\.acme\.test$' and m.own_key = key_of('m', internet_message_id) and k.message_id = m.message_id and root_of('acme', k.thread_id) = root_of('acme', m.thread_id)
	from message m join sent using (tenant, message_id) join thread_key k on k.tenant = m.tenant and k.key = m.own_key), true, 'an id of ours, known in its thread');
select is(world.ask('anna', 'select filename || '' '' || position || '' '' || (a.message_id = m.message_id) from attachments a join messages m using (message_id) where m.source = ''send'' order by position'), 'Plan ä.pdf 1 true,list.txt 2 true', 'its files, in order; the new one went along');
select is(world.ask('anna', 'select count(*) from attachments where filename = ''list.txt'''), '2', 'the other one was copied');
select is(world.ask('anna', 'select message_source(message_id) from messages where source = ''send'''), 'null', 'no source before its copy comes');
-- The same key is the same mail; each user has keys of his own.
select is(world.ask('anna', world.fill('select send_mail({a}, array[''other@far.test''], ''Other'', ''Other'', key => ''key-1'')')), (select message_id::text from sent), 'the same key is the same mail');
select is((select count(*) from outbox), 1::bigint, 'once');
update outlook_connection set state = 'disconnected' where "user" = 'anna';
select is(world.ask('anna', world.fill('select send_mail({a}, array[''x@far.test''], ''S'', ''T'', key => ''key-1'')')), (select message_id::text from sent), 'also without a mailbox');
select is(world.rehearse('anna', world.fill('select send_mail({a}, array[''x@far.test''], ''S'', ''T'', key => ''key-2'')')), '55000', 'but no other');
update outlook_connection set state = 'connected' where "user" in ('anna', 'bob');
select is(world.ask('bob', world.fill('select send_mail({a}, array[''anna@acme.test'', ''Cleo <cleo@acme.test>''], ''For us'', ''T'', key => ''key-1'') > 0')), 'true', 'another user''s same key');
select is((select count(*) from outbox), 2::bigint, 'is another mail');
select is((select direction from message where subject = 'For us'), 'internal', 'that is internal');
-- The answer to it comes where it is; where it is moved, too.
select is((select (case_id = world.case_of('a1')) || ' ' || outcome from world.mail(null, 'a3', array[(select internet_message_id from message join sent using (message_id))], 'Re: Offer', p_from => 'supplier@away.test', p_to => '{anna@acme.test}')), 'true filed', 'the answer joins');
select is((select outcome from world.mail('anna', (select internet_message_id from message join sent using (message_id)), '{a2,a1}', 'Re: Offer', p_to => '{supplier@away.test}')), 'duplicate', 'its copy is the same message');
select is(world.attempt('chef', 'select split_message(world.message(''a2''))'), 'done', 'what it answers is split off');
select is((select bool_and(m.case_id = world.case_of('a2')) from message m where m.internet_message_id = 'a3' or m.message_id = (select message_id from sent)), true, 'it follows, and its answer');
-- Into a case without mail.
select is(world.attempt('anna', 'select move_message(world.message(''a1''), world.case_of(''a2'')), move_message((select message_id from messages where subject = ''For us''), world.case_of(''a2''))'), 'done', 'an empty case');
select is(world.ask('anna', world.fill('select send_mail({a}, array[''x@far.test''], ''Anew'', ''T'') > 0')), 'true', 'takes mail');
select is((select concat_ws(' ', case_id = (select a from named), pin = case_id, cardinality(refs)) from message where subject = 'Anew'), 't t 0', 'pinned, naming nothing');
select is((select touched_at is not null from case_file where case_id = (select a from named)), true, 'a case that was written from is touched');

-- Holding back, sending again.
select world.told() \gset
create function world.try(p_act text, p_state text) returns text language plpgsql as $$
declare
	v_message bigint := (select message_id from message where subject = 'Anew');
	v_done text;
begin
	update message set send_state = p_state, send_error = null where message_id = v_message;
	v_done := world.attempt('anna', format('select %s(%s)', p_act, v_message));
	return v_done || ' ' || (select concat_ws(' ', send_state, send_error) from message where message_id = v_message) || ' ' || world.told();
end $$;
select is(world.try(act, state), want, act || ' of what is ' || state) from (values
	('cancel_send', 'queued', 'done failed cancelled by anna send_state'), ('cancel_send', 'sending', '55000 sending '), ('cancel_send', 'unknown', '55000 unknown '), ('cancel_send', 'sent', '55000 sent '), ('cancel_send', 'failed', '55000 failed '),
	('retry_send', 'queued', '55000 queued '), ('retry_send', 'sending', '55000 sending '), ('retry_send', 'unknown', 'done queued send_state'), ('retry_send', 'sent', '55000 sent '), ('retry_send', 'failed', 'done queued send_state')) v(act, state, want);
select is(world.rehearse(w, 'select ' || act || '(' || (select message_id from message where subject = 'Anew') || ')'), case w when 'nobody' then '28000' when 'anna' then '55000' else 'P0002' end, w || ' ' || act)
	from unnest('{cleo,bert@beta,nobody}'::text[]) w, unnest('{cancel_send,retry_send}'::text[]) act;
select is(world.rehearse('anna', 'select cancel_send(world.message(''a1''))'), '55000', 'what came from outside cannot be held back');

-- Files.
select is(world.rehearse('anna', world.fill(format('select add_attachment({a}, %s)', args))), want, 'add_attachment ' || args) from (values
	('''a.txt'', ''text/plain'', ''x''', 'done'), ('''a.txt'', null, ''''', 'done'), ('''a.txt'', '''', ''x''', 'done'), ('''../a.txt'', ''text/plain'', ''x''', '22023'), ('''a\b'', ''text/plain'', ''x''', '22023'), ('E''a\nb'', ''text/plain'', ''x''', '22023'),
	(''''', ''text/plain'', ''x''', '22023'), ('null, ''text/plain'', ''x''', '22023'), ('repeat(''a'', 256), ''text/plain'', ''x''', '22023'), ('''a.txt'', ''text'', ''x''', '22023'), ('''a.txt'', E''text/plain\r\nX: y'', ''x''', '22023'),
	('''a.txt'', ''text/plain; charset=x'', ''x''', '22023'), ('''a.txt'', ''text/plain'', null', '54000'), ('''a.bin'', ''x/y'', decode(repeat(''00'', 36700161), ''hex'')', '54000')) v(args, want);
select is(world.ask('anna', world.fill('select add_attachment({a}, ''big.bin'', ''x/y'', convert_to(repeat(''0123456789'', 60000), ''UTF8'')) > 0')), 'true', 'a file of several pieces');
select is((select string_agg(piece || ':' || length(bytes), ' ' order by piece) from content c join attachment a using (tenant, sha256) where a.filename = 'big.bin'), '0:262144 1:262144 2:75712', 'in pieces');
select is(world.ask('anna', 'select attachment_content(attachment_id) = convert_to(repeat(''0123456789'', 60000), ''UTF8'') from attachments where filename = ''big.bin'''), 'true', 'comes back whole');
select is(world.attempt('operator', 'select tenant_set(''acme'', ''quota_bytes'', ''700000'')'), 'done', 'a quota');
select is(world.attempt('anna', world.fill('select add_attachment({a}, ''more.bin'', ''x/y'', convert_to(repeat(''1123456789'', 60000), ''UTF8''))')), 'done', 'that this file reaches');
select is(world.attempt('anna', world.fill('select add_attachment({a}, ''again.bin'', ''x/y'', ''x'')')), '53100', 'is used up');
select is((select sum(bytes) from tenant_bytes where tenant = 'acme'), (select sum(length(bytes)) from content where tenant = 'acme')::numeric, 'and counted right');

-- Not more than 200 an hour.
insert into outbox (tenant, message_id, "user", key) select 'acme', m.message_id, 'anna', 'old ' || m.message_id from message m where m.internet_message_id in ('a1', 'a2');
select is((select count(*) from outbox where "user" = 'anna'), 4::bigint, 'four');
insert into message (tenant, case_id, thread_id, own_key, ref_keys, refs, weak, base_subject, identity, is_reconstructed, direction, source, kind, subject, sent_at, received_at, text)
	select 'acme', m.case_id, m.thread_id, gen_random_uuid(), '{}', '{}', false, '', 'id', false, 'out', 'send', 'mail', 'bulk', now(), now(), '' from message m, generate_series(1, 195) where m.internet_message_id = 'a1';
insert into outbox (tenant, message_id, "user") select 'acme', message_id, 'anna' from message where subject = 'bulk';
select is(world.rehearse('anna', world.fill('select send_mail({a}, array[''x@far.test''], ''S'', ''T'')')), 'done', 'the two hundredth');
insert into outbox (tenant, message_id, "user") values ('acme', world.message('b1'), 'anna');
select is(world.rehearse('anna', world.fill('select send_mail({a}, array[''x@far.test''], ''S'', ''T'')')), '54000', 'not one more');
select is(world.rehearse('bob', world.fill('select send_mail({a}, array[''x@far.test''], ''S'', ''T'')')), 'done', 'others may');
update outbox set queued_at = now() - interval '61 min' where "user" = 'anna';
select is(world.rehearse('anna', world.fill('select send_mail({a}, array[''x@far.test''], ''S'', ''T'')')), 'done', 'an hour later');
set constraints all immediate;
select * from finish();
rollback;
