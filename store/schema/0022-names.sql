-- How users write their own names, learnt from their own mails. In an inline forward people stand often with their names alone
-- (Outlook does so with colleagues): a name that is a user's own is one of ours, whichever user's.
create table user_name (
	tenant  text not null,
	name    text not null,                             -- as name_key() writes it
	address text not null,
	primary key (tenant, name, address),
	foreign key (tenant, address) references user_address on update cascade on delete cascade
);
create index user_name_address on user_name (tenant, address);
alter table user_name enable row level security;
alter table user_name force row level security;
create policy tenant on user_name to casegate_owner, casegate_gateway, casegate_graph, casegate_web
	using (tenant = casegate.tenant_now()) with check (tenant = casegate.tenant_now());
create policy admin on user_name to casegate_admin using (true) with check (true);
grant select, insert on user_name to casegate_gateway, casegate_graph;
grant select, insert, update, delete on user_name to casegate_admin;

-- "Muster, Anna", "Anna Muster" and Notes' "Anna Muster/ACME" are "anna muster". A single word names nobody: null. As people_name_key() in store/people.c.
create function name_key(p_name text) returns text language sql immutable strict parallel safe
	return (select string_agg(w, ' ' order by w collate "C") from regexp_split_to_table(lower(split_part(p_name, '/', 1)), '[\s,;."''()|]+') w
		where w <> '' and strpos(p_name, '@') = 0 having count(*) >= 2);

-- "Groß, Jürgen" and juergen.gross@ are "gros jurgen": their words, however umlauts and accents are written.
create function name_words(p_name text) returns text language sql immutable strict parallel safe
	return (select string_agg(w, ' ' order by w collate "C") from regexp_split_to_table(regexp_replace(regexp_replace(
			translate(normalize(lower(p_name), nfd), 'øłđßæœı', 'oldsaoi'), '[\u0300-\u036f]', '', 'g'), '([aou])e|(s)s', '\1\2', 'g'), '[\s._-]+') w
		where w <> '' having count(*) >= 2 and max(length(w)) > 1);

-- The words of the addresses that a person of this name may have: his, or one of them and the initial of another (j.gross@).
create function name_calls(p_name text) returns text[] language sql immutable strict parallel safe
	return array[name_words(p_name)] || array(select distinct (case when left(a, 1) < b collate "C" then left(a, 1) || ' ' || b else b || ' ' || left(a, 1) end) collate "C"
		from string_to_table(name_words(p_name), ' ') with ordinality x(a, i), string_to_table(name_words(p_name), ' ') with ordinality y(b, j)
		where i <> j and length(b) > 1 order by 1);

alter table user_address add column words text generated always as (casegate.name_words(split_part(address, '@', 1))) stored;
create index user_address_words on user_address (tenant, words) where words is not null;

-- People who stand in a mail without an address.
create index participant_name on participant (tenant, name_key(name)) where address_key is null;

create function participant_is_ours(p participant) returns boolean language sql stable
	return case when p.address_key is null then exists (select from casegate.user_name n where n.tenant = p.tenant and n.name = casegate.name_key(p.name))
		else exists (select from casegate.user_address u where u.tenant = p.tenant and u.address = p.address_key)
			or exists (select from casegate.user_domain d where d.tenant = p.tenant and d.domain = split_part(p.address_key, '@', 2)) end;

-- As direction_of() in store/planitem.c.
create function message_direction(p_tenant text, p_message bigint) returns text language sql stable
	return (select case when count(*) filter (where p.role = 'from') <> 1 or not bool_and(x.is_ours) filter (where p.role = 'from') then 'in'
			when bool_or(not x.is_ours) filter (where p.role <> 'from' and not p.is_agent) or count(*) filter (where p.role <> 'from') = 0 then 'out'
			else 'internal' end
		from casegate.participant p cross join lateral (select casegate.participant_is_ours(p) as is_ours offset 0) x
		where p.tenant = p_tenant and p.message_id = p_message and p.role in ('from', 'to', 'cc'));

-- A user's own mail writes his name. What a forward took from a text before that is seen anew.
create function name_learn(p_tenant text, p_address text, p_name text) returns void language plpgsql as $$
begin
	insert into user_name (tenant, name, address) select a.tenant, p_name, a.address from user_address a
		where a.tenant = p_tenant and a.address = p_address on conflict do nothing;
	if not found then
		return;
	end if;
	update message m set direction = message_direction(m.tenant, m.message_id) where m.tenant = p_tenant and m.is_reconstructed
		and m.message_id in (select p.message_id from participant p where p.tenant = p_tenant and p.address_key is null and name_key(p.name) = p_name)
		and m.direction <> message_direction(m.tenant, m.message_id);
end $$;

grant execute on function name_key(text), name_words(text), name_calls(text), participant_is_ours(participant), message_direction(text, bigint), name_learn(text, text, text)
	to casegate_gateway, casegate_graph, casegate_admin;
