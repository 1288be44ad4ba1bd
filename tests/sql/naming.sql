-- How texts name cases: tags of cases, tags in subjects, and the tenant's own numbers.
begin;
\ir world.psql
select no_plan();
select world.provide();
select * from world.mail('anna', 'a1', '{}', 'Angebot');
select * from world.mail('bert', 'z1', '{}', 'Angebot', p_tenant => 'beta');
create temp table named as select world.case_of('a1') as a, world.case_of('z1') as z;
create function world.fill(p_sql text) returns text language sql as $$ select replace(replace(p_sql, '{a}', a::text), '{z}', z::text) from named $$;

-- The draft: address, tag, and a subject only where the tenant wants it.
select matches(world.ask('anna', world.fill('select draft_text({a})')), '^BCC: agent\+[a-z2-7]{20}@in\.acme\.test\n\n\[Vorgang V-000001\.[a-z2-7]{13}\]$', 'a draft');
select is(world.attempt('operator', $$select tenant_set('acme', 'subject_tag', 'yes')$$), 'done', 'subject_tag');
select matches(world.ask('anna', world.fill('select draft_text({a})')),
	'^BCC: agent\+[a-z2-7]{20}@in\.acme\.test\nBetreff: \[V-000001\.([a-z2-7]{13})\] Angebot\n\n\[Vorgang V-000001\.\1\]$', 'a draft with a subject');
select is(world.attempt('bert@beta', world.fill('select draft_text({a})')), 'P0002', 'no draft for another tenant');
select is((select count(distinct tag) from case_token), (select count(*) from case_token), 'each case has its own tag');
select ok((select strpos(token, tag) from case_token limit 1) = 0, 'which does not tell the address');

-- Mail that we send.
insert into outlook_connection (tenant, "user", mailbox, state) values ('acme', 'anna', 'anna@acme.test', 'connected');
select is(world.attempt('anna', world.fill($$select send_mail({a}, '{karl@away.test}', 'AW: Angebot', 'ja')$$)), 'done', 'sent');
select is((select subject from message where source = 'send'), (select '[' || case_tag('acme', a) || '] AW: Angebot' from named), 'with its tag in front');
select is((select base_subject from message where source = 'send'), 'angebot', 'which comparing leaves out');
select is(world.ask('operator@acme', world.fill('select subject_tagged(''acme'', {a}, subject) = subject from messages where source = ''send''')), 'true', 'one tag is enough');
select is(world.attempt('operator', $$select tenant_set('acme', 'subject_tag', 'no')$$), 'done', 'without');
select is(world.ask('operator@acme', world.fill('select subject_tagged(''acme'', {a}, ''Angebot'')')), 'Angebot', 'the subject stays');

-- The names of users.
select is(name_key(n), want, 'a name: ' || n) from (values ('Muster, Anna', 'anna muster'), ('ANNA  MUSTER (ACME)', 'acme anna muster'), ('Anna Muster/ACME', 'anna muster'), ('Anna', null), ('anna@acme.test x', null), ('Özil-Groß, Ü.', 'özil-groß ü')) v(n, want);
select is(name_words(n), want, 'its words: ' || n) from (values ('groß jürgen', 'gros jurgen'), ('juergen.gross', 'gros jurgen'), ('Jurgen_GROSS', 'gros jurgen'), ('hans-peter.yilmaz', 'hans peter yilmaz'),
	('françoise løken', 'francoise loken'), ('sabine yılmaz', 'sabine yilmaz'), ('j.gross', 'gros j'), ('gross', null), ('j.g', null), ('..', null)) v(n, want);
select is(name_calls('hans-peter groß'), '{"gros hans peter","g hans","g peter","gros h","gros p","h peter","hans p"}', 'and what his address may be made of');
insert into user_address (tenant, address, "user") values ('acme', 'juergen.gross@acme.test', 'bob'), ('acme', 's.yilmaz@acme.test', 'bob');
select is((select string_agg(person, ', ') from delivery_open(null, null, 'acme', '{groß jürgen,gross j,anna juergen,sabine yılmaz,anna yilmaz,juergen.gross@acme.test}', null, null, 'x', null) where is_namesake),
	'groß jürgen, sabine yılmaz', 'who is called as a user is: of names alone');

-- The pattern is tried when it is set.
select is(world.attempt('operator', format($$select tenant_set('acme', 'reference_pattern', %L)$$, p)), want, 'pattern: ' || p)
	from (values ('AN-[0-9]{5}', 'done'), ('\mB\d{3}-\d+\M', 'done'), ('AN-(', '22023'), ('(a)\1', '22023'), ('.*', '22023'), ('[0-9', '22023'), (repeat('a', 201), '22023'), ('***=a', '22023'), ('(a{1,200}){1,200}', '22023'), ('(a?){255}x', '22023'), ('(?i)an-\d+', '22023')) x(p, want);
select matches(world.complaint('operator', $$select tenant_set('acme', 'reference_pattern', '(?:(?:a?){50}){20}z')$$), 'takes too long', 'and says why');
select is(world.attempt('operator', $$select tenant_set('acme', 'reference_pattern', 'AN-[0-9]{5}')$$), 'done', 'a pattern');
select is(numbers_in('AN-[0-9]{5}', 'Re: an-12345', 'zu AN-12345 und AN-99999, nicht AN-1'), '{AN-12345,AN-99999}', 'numbers, each once');
select is(numbers_in('(AN|AB)-[0-9]{5}', 'AB-12345', ''), '{AB-12345}', 'with parts of its own');
select is(numbers_in('AN-[0-9]{5}', '', repeat('x', 4000) || ' AN-12345'), '{}', 'far down nothing is looked for');
select is(numbers_in(null, 'AN-12345', ''), null, 'without a pattern there are none');

-- Numbers suggest, no more.
create function world.numbered(p_user text, p_id text, p_subject text, p_from text default null) returns text language plpgsql as $$
declare
	m record;
begin
	select * into m from world.mail(p_user, p_id, '{}', p_subject, p_from => p_from, p_to => '{else@far.test}');
	perform world.become('gateway@acme');
	perform numbers_note('acme', m.delivery_id, 0, m.message_id, m.opened);
	perform world.become('superuser');
	return m.outcome;
end $$;
select is(world.numbered('anna', 'n1', 'Bestellung AN-12345'), 'filed', 'the first');
select world.told() \gset
select is(world.numbered('bob', 'n2', 'Rückfrage zu an-12345'), 'filed', 'the second');
select isnt(world.case_of('n2'), world.case_of('n1'), 'a case of its own');
select is((select signal || ' ' || detail || ' ' || strength || ' ' || chosen from evidence where case_id = world.case_of('n1') and signal = 'number'), 'number AN-12345 suggestion false', 'the other is suggested');
select matches(world.told(), 'match_suggested', 'the app hears of it');
select is(world.numbered(null, 'n3', 'AN-12345?', 'stranger@away.test'), 'held', 'a stranger''s waits');
select is(world.ask('chef', $$select count(*) from held h, jsonb_array_elements(h.candidates) c, jsonb_array_elements(c.value -> 'evidence') e where e.value ->> 'signal' = 'number'$$),
	'2', 'with both as candidates');
select is(world.ask('bert@beta', $$select count(*) from match_evidence where signal = 'number'$$), '0', 'nothing of it in another tenant');
select * from finish();
rollback;
