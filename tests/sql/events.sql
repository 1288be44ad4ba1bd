-- Events are numbered when they have become visible: per tenant, from 1, without gaps, in the order of writing.
begin;
\ir world.psql
select plan(26);
select world.provide();
create function world.numbers(p_tenant text) returns text language sql as $$
	select string_agg(coalesce(event_id::text, '-') || kind, ' ' order by seq) from event where tenant = p_tenant $$;
create function world.add(p_tenant text, p_kind text) returns void language plpgsql as $$
begin
	perform world.become('gateway@' || p_tenant), event_add(p_tenant, p_kind, null, null, null), world.become('superuser');
end $$;

select is(number_events(true), 0::bigint, 'nothing to number') from world.become('gateway');
select world.become('superuser');
select world.add('acme', 'a'), world.add('beta', 'x'), world.add('acme', 'b'), world.add('acme', 'c');
select is(world.ask('chef', 'select count(*) from events'), '0', 'not visible before they have numbers');
select is(world.ask('operator', 'select count(*) from events'), '0', 'for nobody');
select is(world.ask('gateway', 'select number_events(false)'), '4', 'the gateway numbers all tenants'' events');
select is(world.numbers('acme') || ', ' || world.numbers('beta'), '1a 2b 3c, 1x', 'each tenant''s from 1, in the order of writing');
select is(world.ask('gateway', 'select number_events(false)'), '0', 'once');
select world.add('beta', 'y'), world.add('acme', 'd');
select is(world.ask('gateway@beta', 'select number_events(true) || tenant_now()'), '2beta', 'whatever tenant is signed in');
select is(world.numbers('acme') || ', ' || world.numbers('beta'), '1a 2b 3c 4d, 1x 2y', 'on and on');
select is(world.ask(w, 'select number_events(true)'), case when w in ('operator', 'graph', 'gateway') then '0' else 'error 42501' end, w || ' may or may not number')
	from unnest('{operator,graph,gateway,web,chef,nobody}'::text[]) w;
select is((select string_agg(tenant || last, ',' order by tenant) from event_counter), 'acme4,beta2', 'the counters');
select world.add('acme', 'bulk') from generate_series(1, 5000) \g /dev/null
select is(number_events(true), 5000::bigint, 'thousands at once');
select is((select max(event_id) = count(*) and count(distinct event_id) = count(*) and bool_and(event_id = place) from (select event_id, row_number() over (order by seq) as place from event where tenant = 'acme') e), true, 'without a gap');

-- Who is told what: members of the case, who brought the mail, the role all; and who did it.
select * from world.mail('anna', 'a1');
select * from world.mail(null, 'h1', '{a1}', 'Re: Offer', p_from => 'stranger@away.test');
select is(number_events(true) > 0, true, 'numbered');
select is(world.ask('anna', 'select kind from events order by event_id'), 'case_opened,member_added,message_filed', 'anna hears of her case');
select is(world.ask('bob', 'select count(*) from events'), '0', 'bob of nothing');
select is(world.ask('bert@beta', 'select string_agg(kind, '' '' order by event_id) from events'), 'x y', 'bert of his tenant');
select is(world.ask('chef', 'select count(*) from events') = (select count(*)::text from event where tenant = 'acme'), true, 'chef of all');
select is(world.attempt('chef', 'select set_case_state(world.case_of(''a1''), ''closed'')'), 'done', 'a human does something');
select is(number_events(true), 1::bigint, 'one event');
select is(world.ask('anna', 'select kind || '' '' || detail::text || '' '' || "user" from events order by event_id desc limit 1'), 'case_state {"state": "closed"} chef', 'with who did it');

-- The idle question is one probe of a small index, however many events there are.
create function world.plan(p_sql text) returns text language plpgsql as $$
declare
	v_line text;
	v_plan text := '';
begin
	for v_line in execute 'explain (costs off) ' || p_sql loop
		v_plan := v_plan || v_line || E'\n';
	end loop;
	return v_plan;
end $$;
set local role casegate_owner;
select matches(world.plan('select from event e where e.event_id is null limit 1'), 'event_new', 'by the index of new events');
reset role;
set constraints all immediate;
select * from finish();
rollback;
