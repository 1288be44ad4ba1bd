-- Who may do what, and what it leaves behind: every act of CONTRACT 4 but merging (merge.sql) and sending (send.sql).
begin;
\ir world.psql
select no_plan();
select world.provide();
select * from world.mail('anna', 'a1', '{}', 'Offer', p_files => '{list.txt}');
select * from world.mail(null, 'a2', '{a1,gone}', 'Re: Offer', p_from => 'supplier@away.test', p_to => '{anna@acme.test}');
select * from world.mail('anna', 'x1', '{}', 'Other', p_to => '{third@far.test}');
select * from world.mail('bob', 'b1', '{}', 'Invoice', p_to => '{other@far.test}');
select * from world.mail(null, 'h1', '{a1}', 'Re: Offer', p_from => 'stranger@away.test');
select * from world.mail('bert', 'z1', '{}', 'Offer', p_tenant => 'beta');
select is(world.places(), 'a1 a2 | b1 | x1', 'three cases');
create temp table named as select world.case_of('a1') as a, world.case_of('x1') as x, world.case_of('b1') as b, world.message('a1') as a1,
	(select attachment_id from attachment) as file, (select delivery_id from delivery where internet_message_id = 'a1') as brought,
	(select delivery_id from delivery where internet_message_id = 'h1') as waits;
grant select on named to public;
create function world.fill(p_sql text) returns text language plpgsql as $$
declare
	n record;
begin
	for n in select * from named, jsonb_each_text(to_jsonb(named)) loop
		p_sql := replace(p_sql, '{' || n.key || '}', coalesce(n.value, 'null'));
	end loop;
	return p_sql;
end $$;

-- Callers: a member, a colleague who is none, the role all, another tenant's role all, nobody, the operator of the
-- tenant, an operator who named no tenant (he reads bytes all the same).
select is(world.rehearse(w.who, world.fill(s.sql)), case w.who when 'anna' then s.member when 'bob' then s.colleague when 'chef' then 'done' when 'operator@acme' then 'done'
		when 'bert@beta' then coalesce(s.stranger, 'P0002') when 'operator' then case when s.sql ~ '_content|_source' then 'done' else '28000' end else '28000' end, w.who || ': ' || s.sql)
	from (values
		('select attachment_content({file})', 'done', 'P0002', null),
		('select delivery_source({brought})', 'done', 'P0002', null),
		('select message_source({a1})', 'done', 'P0002', null),
		('select move_message({a1}, {x})', 'done', 'P0002', null),
		('select split_message({a1})', 'done', 'P0002', null),
		('select merge_cases({a}, {x})', 'done', 'P0002', null),
		('select set_case_state({a}, ''closed'')', 'done', 'P0002', null),
		('select add_member({a}, ''cleo'')', 'done', 'P0002', null),
		('select remove_member({a}, ''anna'')', 'done', 'P0002', null),
		('select rotate_case_address({a})', 'done', 'P0002', null),
		('select missing_messages({a})', 'done', 'P0002', null),
		('select draft_text({a})', 'done', 'P0002', null),
		('select case_members({a})', 'done', 'P0002', null),
		('select add_attachment({a}, ''a.pdf'', ''application/pdf'', ''x'')', 'done', 'P0002', null),
		('select release_held({waits})', '42501', '42501', null),
		('select release_held({waits}, {a})', '42501', '42501', null),
		('select refuse_held({waits})', '42501', '42501', null)) s(sql, member, colleague, stranger),
	unnest('{anna,bob,chef,bert@beta,nobody,operator@acme,operator}'::text[]) w(who);
-- A colleague who is a member of the one case only may not act between both.
select is(world.rehearse('bob', world.fill(sql)), 'P0002', 'bob: ' || sql) from unnest(array['select merge_cases({a}, {b})', 'select merge_cases({b}, {a})', 'select move_message({a1}, {b})']) sql;
-- What is not there, and what is null, is the same as what one does not see.
select is(world.rehearse('chef', sql), 'P0002', sql) from unnest(array['select attachment_content(999)', 'select attachment_content(null)', 'select delivery_source(999)', 'select message_source(null)',
	'select move_message(999, 1)', 'select set_case_state(999, ''open'')', 'select unmerge_case(null)', 'select merge_cases(999, 998)', 'select release_held(999)', 'select draft_text(999)', 'select cancel_send(999)']) sql;
select is(world.complaint('anna', 'select draft_text(' || world.case_of('b1') || ')'), replace(world.complaint('anna', 'select draft_text(999)'), '999', world.case_of('b1')::text), 'a case unseen complains as one that is not there');
select matches(world.complaint('nobody', 'select draft_text(1)'), 'sign_in', 'without a sign-in the error says what comes first');
select is(world.rehearse('operator@acme', 'select set_config(''casegate.user'', ''ghost'', true), draft_text(' || world.case_of('a1') || ')'), '28000', 'who is no user asks nothing');

-- Sources.
select is(world.ask('anna', world.fill('select convert_from(attachment_content({file}), ''UTF8'')')), 'list.txt', 'an attachment');
select is(world.ask('anna', world.fill('select convert_from(message_source({a1}), ''UTF8'')')), E'Return-Path: <>\r\nMessage-ID: <a1>\r\n\r\nOffer', 'a message with its trace');
select is(world.ask('anna', world.fill('select convert_from(delivery_source({brought}), ''UTF8'')')), E'Return-Path: <>\r\nMessage-ID: <a1>\r\n\r\nOffer', 'a delivery with its trace');
select is(world.ask('chef', world.fill('select convert_from(delivery_source({waits}), ''UTF8'')')), E'Return-Path: <>\r\nMessage-ID: <h1>\r\n\r\nRe: Offer', 'held mail, too');
update message set is_own_source = true where internet_message_id = 'x1';
select is(world.ask('anna', 'select convert_from(message_source(world.message(''x1'')), ''UTF8'')'), E'Message-ID: <x1>\r\n\r\nOther', 'an attached original alone');
insert into content select 'acme', sha256('pieces'), n, convert_to(repeat(n::text, 3), 'UTF8') from generate_series(0, 11) n;
update attachment set sha256 = sha256('pieces'), size = 38;
select is(world.ask('anna', world.fill('select convert_from(attachment_content({file}), ''UTF8'')')), '000111222333444555666777888999101010111111', 'pieces in their order');
update attachment set sha256 = sha256(''), size = 0;
select is(world.ask('anna', world.fill('select length(attachment_content({file}))')), '0', 'an empty file is empty, not null');
-- A delivery that brought two mails, of which a reader sees one: its bytes hold both.
insert into delivery_message_row (tenant, delivery_id, message_id, position) select 'acme', brought, world.message('b1'), 1 from named;
select is(world.rehearse('anna', world.fill('select delivery_source({brought})')), 'done', 'who brought it reads it');
update delivery set submitted_by = 'chef' where delivery_id = (select brought from named);
select is(world.rehearse('anna', world.fill('select delivery_source({brought})')), 'P0002', 'who sees only one of its mails does not');

-- State.
select world.told() \gset
select is(world.attempt('anna', world.fill(sql)), want, sql) from (values ('select set_case_state({a}, ''closed'')', 'done'), ('select set_case_state({a}, ''closed'')', 'done'),
	('select set_case_state({a}, ''merged'')', '22023'), ('select set_case_state({a}, null)', '22023')) v(sql, want);
select is((select state || ' ' || (closed_at is not null) || ' ' || (touched_at is not null) from case_file where case_id = (select a from named)), 'closed true true', 'closed, and touched');
select is(world.told(), 'case_state', 'told once');
select is(world.attempt('anna', world.fill('select set_case_state({a}, ''open'')')), 'done', 'opened again');
select is((select state || ' ' || (closed_at is null) from case_file where case_id = (select a from named)), 'open true', 'open');
select world.told() \gset

-- Members.
select is(world.attempt('anna', world.fill('select add_member({a}, ''cleo'')')), 'done', 'anna adds cleo');
select is(world.ask('cleo', 'select internet_message_id from messages order by 1'), 'a1,a2', 'who sees the case now');
select is(world.attempt('anna', world.fill('select add_member({a}, ''cleo'')')), 'done', 'twice is once');
select is(world.told(), 'member_added', 'told once');
select is(world.attempt('anna', world.fill('select add_member({a}, ''bert'')')), 'P0002', 'nobody of another tenant');
select is(world.attempt('anna', world.fill('select remove_member({a}, ''bert'')')), 'P0002', 'nor to remove');
select is(world.attempt('anna', world.fill('select remove_member({a}, ''cleo'')')), 'done', 'anna removes cleo');
select is(world.attempt('anna', world.fill('select remove_member({a}, ''bob'')')), 'done', 'removing who is none changes nothing');
select is(world.ask('cleo', 'select count(*) from messages'), '0', 'who sees nothing any more');
select is(world.told(), 'member_removed', 'told once');
select * from world.mail('cleo', 'c1', '{a1}', 'Re: Offer', p_to => '{supplier@away.test}');
select is(world.ask('cleo', 'select count(*) from cases'), '0', 'mail adds nobody whom a human removed');
select matches(world.told(), 'member_proposed', 'he is proposed');
select is(world.ask('cleo', 'select internet_message_id from messages'), 'c1', 'what he brought he sees');
insert into message_sight values ('acme', world.message('a1'), 'cleo', true), ('acme', world.message('a2'), 'bob', false), ('acme', world.message('c1'), 'cleo', true);
select is(world.attempt('anna', world.fill('select add_member({a}, ''bob'')')), 'done', 'anna adds bob');
select is(world.ask('bob', 'select internet_message_id from messages order by 1'), 'a1,a2,b1,c1', 'who sees all of it, also what a merge had hidden from him');
select is(world.attempt('anna', world.fill('select add_member({a}, ''cleo''), remove_member({a}, ''cleo'')')), 'done', 'added and removed again');
select is(world.ask('cleo', 'select internet_message_id from messages order by 1'), 'c1', 'who was removed sees only what he brought, not what a merge had left him');

-- Addresses: two are valid, the newest is shown.
select world.told() \gset
create temp table tokens as select 0 as n, token from case_token where case_id = (select a from named);
select is(world.attempt('anna', world.fill('select rotate_case_address({a})')), 'done', 'rotated');
insert into tokens select 1, token from case_token where case_id = (select a from named) and retired_at is null;
select is((select string_agg(t.n || case when c.retired_at is null then ' new' else ' old' end, ', ' order by t.n) from tokens t join case_token c using (token)), '0 old, 1 new', 'the one before stays valid');
select is(world.ask('anna', world.fill('select rotate_case_address({a}) = case_address from cases where case_id = {a}')), 'false', 'the function returns the new one');
insert into tokens select 2, token from case_token where case_id = (select a from named) and retired_at is null;
select is((select string_agg(t.n || case when c.retired_at is null then ' new' else ' old' end, ', ' order by t.n) from tokens t join case_token c using (token)), '1 old, 2 new', 'the oldest is gone');
select is(world.ask('anna', world.fill('select split_part(split_part(case_address, ''+'', 2), ''@'', 1) from cases where case_id = {a}')), (select token from tokens where n = 2), 'the view shows the newest');

-- Drafts and what is missing.
select matches(world.ask('anna', world.fill('select draft_text({a})')), '^BCC: agent\+[a-z2-7]{20}@in\.acme\.test\n\n\[Vorgang V-000001\.[a-z2-7]{13}\]$', 'a draft in German');
select tenant_set('acme', 'language', 'en') from world.become('operator'); select world.become('superuser');
select matches(world.ask('anna', world.fill('select draft_text({a})')), '\[Case V-000001\.[a-z2-7]{13}\]$', 'and in English');
select is(world.ask('anna', world.fill('select m.internet_message_id || '' '' || m.times || '' '' || (m.named_by = world.message(''a2'')) || '' '' || m.subject from missing_messages({a}) m')), 'gone 1 true Re: Offer', 'missing mail');
select is(world.ask('anna', 'select count(*) from missing_messages(' || world.case_of('x1') || ')'), '0', 'nothing missing');

-- Held mail.
select world.told() \gset
select is(world.ask('chef', world.fill('select release_held({waits}, {a}) = world.message(''h1'')')), 'true', 'released into a case: the message');
select is(world.told(), 'member_added mail_released message_filed', 'told');
select is((select outcome || ' ' || (message_id = world.message('h1')) || ' ' || opened_case from delivery where delivery_id = (select waits from named)), 'filed true false', 'the delivery is filed');
select is(world.case_of('h1'), world.case_of('a1'), 'it lies in the case');
select is(world.ask('chef', world.fill('select signal || '' '' || strength from match_evidence where delivery_id = {waits} and chosen')), 'released certain', 'a human chose it');
select is((select count(*) from case_member where case_id = (select a from named) and "user" = 'chef' and removed_at is null), 1::bigint, 'the releaser is a member');
select is(world.rehearse('chef', world.fill(sql)), '55000', 'not again: ' || sql) from unnest(array['select release_held({waits})', 'select refuse_held({waits})']) sql;
select is((select count(*) from held), 0::bigint, 'nothing waits');
-- The sender is known from now on, the released mail's id too, and not what it named.
select is((select outcome || ' ' || (case_id = world.case_of('a1')) from world.mail(null, 'h2', '{h1}', 'Re: Offer', p_from => 'stranger@away.test')), 'filed true', 'the next mail of the released sender joins');
select * from world.mail(null, 'n1', '{}', 'Re: New matter', p_from => 'new@away.test');
select is(world.ask('chef', 'select release_held(delivery_id) = world.message(''n1'') from held'), 'true', 'released without a case');
select is((select c.subject || ' ' || c.opened_by from case_file c where case_id = world.case_of('n1')), 'New matter chef', 'it opens one');
select is((select opened_case from delivery where internet_message_id = 'n1'), true, 'the delivery says so');
select is((select string_agg(signal, ' ' order by position) from evidence e join delivery d using (tenant, delivery_id) where d.internet_message_id = 'n1' and e.chosen), 'released new', 'and the evidence');
-- The same bytes had come again while it waited.
select * from world.mail(null, 'n2', '{}', 'Twice', p_from => 'new2@away.test');
insert into delivery (tenant, received_at, protocol, recipient, is_first, source_sha256, size, outcome) select tenant, now(), protocol, recipient, false, source_sha256, size, 'duplicate' from delivery where internet_message_id = 'n2';
select is(world.attempt('operator@acme', 'select release_held(delivery_id, ' || world.case_of('b1') || ') from held'), 'done', 'the operator releases');
select is((select string_agg(outcome || ' ' || (message_id = world.message('n2')), ', ' order by delivery_id) from delivery where source_sha256 = sha256(convert_to(E'Message-ID: <n2>\r\n\r\nTwice', 'UTF8'))), 'filed true, duplicate true', 'both deliveries point to it');
select is((select string_agg(e.signal, ' ' order by e.delivery_id) from evidence e join delivery d using (tenant, delivery_id) where d.message_id = world.message('n2') and e.chosen), 'released same_bytes', 'and say why');
-- A user brings what waits.
select * from world.mail(null, 'n0', '{}', 'Brought', p_from => 'new0@away.test');
insert into delivery (tenant, received_at, protocol, recipient, is_first, source_sha256, size, outcome) select tenant, now(), protocol, recipient, false, source_sha256, size, 'duplicate' from delivery where internet_message_id = 'n0';
select world.told() \gset
select is((select outcome from world.mail('anna', 'n0', '{}', 'Brought', p_from => 'new0@away.test')), 'filed', 'a user brings a held mail');
select matches(world.told(), 'mail_released', 'told');
select is((select string_agg(d.outcome || ' ' || (d.message_id = world.message('n0')) || ' ' || (select string_agg(e.signal, '+') from evidence e where e.tenant = d.tenant and e.delivery_id = d.delivery_id and e.chosen), ', ' order by delivery_id)
	from delivery d where d.source_sha256 = sha256(convert_to(E'Message-ID: <n0>\r\n\r\nBrought', 'UTF8'))), 'duplicate true message_id, duplicate true same_bytes, filed true new', 'what waited is a duplicate of it, and so is what came again');
-- A closed case reopens, for a person's mail.
select is(world.attempt('chef', 'select set_case_state(' || world.case_of('b1') || ', ''closed'')'), 'done', 'closed');
select * from world.mail(null, 'n3', '{}', 'Late', p_from => 'new3@away.test');
select is(world.attempt('chef', 'select release_held(delivery_id, ' || world.case_of('b1') || ') from held'), 'done', 'released into a closed case');
select is((select state from case_file where case_id = world.case_of('b1')), 'open', 'it is open again');
-- Refused; and another thought.
select * from world.mail(null, 'n4', '{}', 'Advert', p_from => 'new4@away.test');
select world.told() \gset
select is(world.attempt('chef', 'select refuse_held(delivery_id) from held'), 'done', 'refused');
select is(world.told(), 'mail_refused', 'told');
select is((select outcome || ' ' || reason || ' ' || (message_id is null) from delivery where internet_message_id = 'n4'), 'rejected refused by chef true', 'rejected');
select is(world.ask('chef', 'select length(delivery_source(delivery_id)) > 20 from deliveries where internet_message_id = ''n4'''), 'true', 'its bytes are kept');
select is((select count(*) from held), 0::bigint, 'nothing waits');
select is(world.ask('chef', 'select release_held(delivery_id) = world.message(''n4'') from deliveries where internet_message_id = ''n4'''), 'true', 'a refused mail can still be released');
insert into delivery (tenant, received_at, protocol, recipient, is_first, size, outcome, reason) values ('acme', now(), 'lmtp', 'agent@in.acme.test', true, 3, 'rejected', 'never_file');
select is(world.rehearse('chef', 'select release_held(delivery_id) from deliveries where reason = ''never_file'''), '55000', 'what was never kept cannot');
-- What could not be read is parsed again.
insert into content values ('acme', sha256('broken'), 0, 'broken');
insert into delivery (tenant, received_at, protocol, recipient, is_first, size, outcome, source_sha256, subject, from_address) values ('acme', now(), 'lmtp', 'agent@in.acme.test', true, 6, 'failed', sha256('broken'), 'Broken', 'Odd@away.test');
select is(world.ask('chef', 'select outcome || '' '' || (release_held(delivery_id, world.case_of(''b1'')) > 0) from held'), 'failed true', 'a failed mail is released');
select is((select m.subject || ' ' || m.from_key || ' ' || length(m.text) || ' ' || (m.case_id = world.case_of('b1')) || ' ' || d.outcome from reparse r join message m using (tenant, message_id) join delivery d on d.delivery_id = r.delivery_id),
	'Broken odd@away.test 0 true filed', 'as a message that a worker will complete');
set constraints all immediate;
-- What is known of a missing mail: who quotes it states its author and time; one that waits may be released.
insert into said (tenant, message_id, position, base_subject, from_key, name, at, has_zone)
	select tenant, message_id, r.i, base_subject, 'karl@away.test', 'Karl', '2025-03-03 10:00+01', true
	from message, unnest(refs) with ordinality r(id, i) where internet_message_id = 'a2' and r.id = 'gone';
select is(world.ask('anna', world.fill('select stated_name || '' '' || stated_address || '' '' || (stated_at at time zone ''UTC'') || '' '' || coalesce(held_delivery::text, ''-'') from missing_messages({a})')),
	'Karl karl@away.test 2025-03-03 09:00:00 -', 'who wrote the missing mail, and when');
select * from world.mail(null, 'gone', '{}', 'Offer', p_from => 'nobody@nowhere.test');
select is(world.ask(w, world.fill('select coalesce(held_delivery, 0) = (select delivery_id from delivery where internet_message_id = ''gone'') from missing_messages({a})')), want, w || ' and a missing mail that waits')
	from (values ('chef', 'true'), ('anna', 'null')) x(w, want);
select * from finish();
rollback;
