-- The views are a contract: their columns, in their order (more may follow).
begin;
\ir world.psql
select plan(38);

create function world.columns(p_view text, p_count int) returns text language sql as $$
	select string_agg(column_name::text, ' ' order by ordinal_position) from information_schema.columns
	where table_schema = 'casegate' and table_name = p_view and ordinal_position <= p_count $$;
select is(world.columns(v.name, cardinality(string_to_array(v.want, ' '))), v.want, 'columns of ' || v.name) from (values
	('cases', 'tenant case_id reference subject state merged_into opened_at opened_by last_message_at message_count missing_count case_address'),
	('messages', 'tenant case_id message_id internet_message_id direction source kind from_name from_address subject sent_at received_at filed_at submitted_by comment text new_text html send_state send_error'),
	('recipients', 'tenant message_id role name address'),
	('attachments', 'tenant message_id attachment_id filename content_type size sha256 content_id inline'),
	('deliveries', 'tenant delivery_id received_at protocol peer envelope_from recipient source_sha256 internet_message_id outcome case_id message_id opened_case reason'),
	('delivery_messages', 'tenant delivery_id message_id comment'),
	('comments', 'tenant message_id delivery_id position author_name author_address at text'),
	('held', 'tenant delivery_id received_at kind outcome from_name from_address subject preview reason candidates'),
	('match_evidence', 'tenant delivery_id case_id signal detail strength chosen'),
	('events', 'tenant event_id at kind case_id message_id delivery_id detail'),
	('outlook_connections', 'tenant mailbox user mode state hint last_sync_at last_error scopes connected_at seen_at filed_at seen filed'),
	('stats', 'tenant received filed held duplicate rejected failed')) v(name, want);
select is((select string_agg(data_type, ',' order by 1) from (select distinct data_type from information_schema.columns
	where table_schema = 'casegate' and column_name in ('case_id', 'message_id', 'delivery_id', 'event_id', 'attachment_id', 'merged_into')) x), 'bigint', 'ids are bigint');

select world.provide();
select * from world.mail('anna', 'a', '{}', 'Offer', p_files => '{list.txt}');
select * from world.mail(null, 'b', '{a,gone-1,gone-2}', 'Re: Offer', p_from => 'supplier@away.test', p_to => '{anna@acme.test}');
select * from world.mail('anna', 'c', '{b,gone-2}', 'Re: Offer');
select * from world.mail('bob', 'x', '{}', 'Invoice', p_to => '{other@far.test}');
select * from world.mail(null, 'h', '{a}', 'Re: Offer', p_from => 'stranger@away.test');
select * from world.mail(null, 'h2', '{}', 'Nothing known', p_from => 'stranger@away.test');
select is(world.places(), 'a b c | x', 'four mails in two cases');

select is(world.ask('anna', q.sql), q.want, q.name) from (values
	($$select reference || ' ' || subject || ' ' || state || ' ' || message_count from cases$$, 'V-000001 Offer open 3', 'a case'),
	($$select opened_by from cases$$, 'anna', 'who opened it'),
	($$select missing_count from cases$$, '2', 'an id that two mails name is missing once'),
	($$select case_address ~ '^agent\+[a-z2-7]{20}@in\.acme\.test$' from cases$$, 'true', 'its own address'),
	($$select last_message_at = (select max(sent_at) from messages) from cases$$, 'true', 'when it last had mail'),
	($$select internet_message_id from messages order by sent_at$$, 'a,b,c', 'the history by date'),
	($$select distinct new_text = text from messages$$, 'true', 'new_text is the text where nothing is quoted'),
	($$select role || ' ' || address from recipients order by message_id$$, 'to supplier@away.test,to anna@acme.test,to supplier@away.test', 'recipients without the author'),
	($$select filename || ' ' || size || ' ' || sha256 from attachments$$, 'list.txt 8 ' || encode(sha256('list.txt'), 'hex'), 'attachments'),
	($$select outcome || ' ' || opened_case from deliveries where submitted_by = 'anna' order by delivery_id$$, 'filed true,filed false', 'deliveries'),
	($$select d.case_id = m.case_id and length(d.source_sha256) = 64 from deliveries d join messages m using (message_id) where m.internet_message_id = 'b'$$, 'true', 'where a delivery''s mail is'),
	($$select count(*) from delivery_messages$$, '3', 'what deliveries brought'),
	($$select distinct signal from match_evidence e join deliveries using (delivery_id) where opened_case and e.chosen$$, 'new', 'why a case was opened'),
	($$select signal from match_evidence e join deliveries d using (delivery_id) where d.internet_message_id = 'b' and e.chosen$$, 'references', 'why a mail joined'),
	($$select count(*) from held$$, '0', 'others'' held mail is not hers')) q(sql, want, name);

select is(world.ask('chef', q.sql), q.want, q.name) from (values
	($$select internet_message_id || ' ' || h.outcome || ' ' || (d.case_id is null) || ' ' || (d.message_id is null) from held h join deliveries d using (delivery_id) order by delivery_id$$,
		'h held true true,h2 held true true', 'held mail has no ids'),
	($$select jsonb_array_length(candidates) || ' ' || (candidates -> 0 ->> 'reference') || ' ' || (candidates -> 0 -> 'evidence' -> 0 ->> 'signal') from held order by delivery_id limit 1$$,
		'1 V-000001 references', 'the case that a stranger names is a candidate'),
	($$select candidates from held order by delivery_id desc limit 1$$, '[]', 'without a reason there is no candidate'),
	($$select count(*) from messages$$, '4', 'held mail is in no history'),
	($$select count(*) from recipients where message_id in (select held_message from delivery)$$, '0', 'and has no recipients there'),
	($$select count(*) from cases$$, '2', 'the role all sees every case')) q(sql, want, name);

-- Candidates: certain before strong before a suggestion; of suggestions the token first, the subject last.
select is((select string_agg(v.s, ' ' order by evidence_rank(v.strength, v.signal), v.s) from (values
	('5', 'suggestion', 'subject'), ('3', 'suggestion', 'token'), ('1', 'certain', 'references'), ('2', 'strong', 'content'), ('4', 'suggestion', 'references')) v(s, strength, signal)),
	'1 2 3 4 5', 'the strongest reason first');
select is(case_reference(n), want, 'reference ' || n) from (values (1::bigint, 'V-000001'), (1234567, 'V-1234567')) v(n, want);
select * from finish();
rollback;
