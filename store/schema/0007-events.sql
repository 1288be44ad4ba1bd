-- Events get their numbers after their transactions have committed, so that a reader who asks for more than
-- the last number that it has seen never misses one. There is one who numbers at a time.

-- Numbers what is new, in the order of writing within each tenant, and says so once. Returns how many.
-- p_wait: waits for another who numbers; without, leaves it to him. With nothing to do it costs one index probe.
create function number_events(p_wait boolean) returns bigint language plpgsql
	security definer set search_path = casegate, pg_temp as $$
declare
	v_count bigint;
begin
	if not exists (select from event e where e.event_id is null) then
		return 0;
	end if;
	if p_wait then
		perform pg_advisory_xact_lock(hashtextextended('casegate.number_events', 0));
	elsif not pg_try_advisory_xact_lock(hashtextextended('casegate.number_events', 0)) then
		return 0;
	end if;
	with new as materialized (
		select e.tenant, e.seq, row_number() over (partition by e.tenant order by e.seq) as position,
			count(*) over (partition by e.tenant) as count
		from event e where e.event_id is null),
	counted as (
		insert into event_counter as c (tenant, last) select distinct n.tenant, n.count from new n order by n.tenant
		on conflict (tenant) do update set last = c.last + excluded.last
		returning c.tenant, c.last)
	update event e set event_id = counted.last - new.count + new.position
		from new join counted on counted.tenant = new.tenant
		where e.tenant = new.tenant and e.seq = new.seq;
	get diagnostics v_count = row_count;
	if v_count > 0 then
		perform pg_notify('casegate_events', '');
	end if;
	return v_count;
end $$;

grant execute on function number_events(boolean) to casegate_gateway, casegate_graph, casegate_admin;
