-- Settings: how a person of the app comes into the dialog. The app asks for a ticket for who is signed in; the
-- browser exchanges it, once, for a session; both name their tenant before the dot, so that nothing is asked across
-- tenants. Only hashes are kept: who reads the database can use neither.

create table dialog_ticket (
	tenant      text not null,
	ticket_hash bytea not null check (length(ticket_hash) = 32),   -- SHA-256 of the ticket
	"user"      text not null,
	expires_at  timestamptz not null default now() + interval '10 minutes',
	primary key (tenant, ticket_hash),
	foreign key (tenant, "user") references tenant_user on update cascade on delete cascade
);
create table dialog_session (
	tenant       text not null,
	session_hash bytea not null check (length(session_hash) = 32), -- SHA-256 of the cookie's value
	"user"       text not null,
	expires_at   timestamptz not null default now() + interval '2 hours',
	primary key (tenant, session_hash),
	foreign key (tenant, "user") references tenant_user on update cascade on delete cascade
);

do $$
declare
	t text;
begin
	foreach t in array array['dialog_ticket', 'dialog_session'] loop
		execute format('alter table %I enable row level security', t);
		execute format('alter table %I force row level security', t);
		execute format('create policy tenant on %I to casegate_owner, casegate_web
			using (tenant = casegate.tenant_now()) with check (tenant = casegate.tenant_now())', t);
		execute format('create policy admin on %I to casegate_admin using (true) with check (true)', t);
		execute format('grant select, delete on %I to casegate_admin', t);
	end loop;
end $$;
grant select, delete on dialog_ticket to casegate_web;
grant select, insert, delete on dialog_session to casegate_web;
-- What the page shows besides.
grant select on outlook_folder, user_address to casegate_web;

-- A ticket for who is signed in, 244 random bits behind the tenant's key.
create function settings_ticket(tenant text, "user" text) returns text language plpgsql
	security definer set search_path = casegate, pg_temp as $$
declare
	v_ticket text := settings_ticket.tenant || '.' || replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '');
begin
	if user_now() is null or (settings_ticket.tenant, settings_ticket."user") is distinct from (tenant_now(), user_now()) then
		raise exception 'a ticket is for who is signed in: sign in as user "%" of tenant "%" first', settings_ticket."user", settings_ticket.tenant
			using errcode = 'invalid_authorization_specification';
	end if;
	delete from dialog_ticket t where t.tenant = tenant_now() and t.expires_at <= now();
	delete from dialog_session s where s.tenant = tenant_now() and s.expires_at <= now();
	insert into dialog_ticket (tenant, ticket_hash, "user") values (tenant_now(), sha256(convert_to(v_ticket, 'UTF8')), user_now());
	return v_ticket;
end $$;

-- Exchanges a ticket for a session. False: unknown, used or too old.
create function settings_enter(p_ticket_hash bytea, p_session_hash bytea) returns boolean language sql
begin atomic
	with ticket as (delete from casegate.dialog_ticket t where t.tenant = casegate.tenant_now() and t.ticket_hash = p_ticket_hash returning t.*),
		session as (insert into casegate.dialog_session (tenant, session_hash, "user")
			select t.tenant, p_session_hash, t."user" from ticket t where t.expires_at > now() returning 1)
	select exists (select from session);
end;

-- Whose session it is, and signs him in for this transaction. No row: nobody's.
create function settings_sign_in(p_session_hash bytea, out "user" text, out sees_all boolean, out language text) returns setof record language plpgsql as $$
begin
	select u."user", u.role = 'all', t.language into "user", sees_all, language from dialog_session s
		join tenant_user u on u.tenant = s.tenant and u."user" = s."user" and u.removed_at is null
		join tenant t on t.tenant = s.tenant
		where s.tenant = tenant_now() and s.session_hash = p_session_hash and s.expires_at > now();
	if found then
		perform set_config('casegate.user', "user", true);
		return next;
	end if;
end $$;

create function settings_leave(p_session_hash bytea) returns void language sql
begin atomic
	delete from casegate.dialog_session s where s.tenant = casegate.tenant_now() and s.session_hash = p_session_hash;
end;

-- App-only: binds a mailbox to who is signed in, without a sign-in at Microsoft: one of his own addresses, unless he
-- sees all cases. The first request will prove it.
create function settings_bind(p_mailbox text, p_polls boolean) returns void language plpgsql
	security definer set search_path = casegate, pg_temp as $$
declare
	r outlook_registration;
begin
	select * into r from outlook_registration x where x.tenant = tenant_now() and x.mode = 'app' and user_now() is not null;
	if not found then
		raise exception 'a mailbox is bound only where the application signs in by itself' using errcode = 'invalid_authorization_specification';
	end if;
	if not sees_all() and not exists (select from user_address a
			where a.tenant = tenant_now() and a."user" = user_now() and lower(a.address) = lower(p_mailbox)) then
		raise exception '% is no address of user "%"', p_mailbox, user_now() using errcode = 'invalid_authorization_specification';
	end if;
	perform outlook_connected(user_now(), p_mailbox, 'app', r.directory, p_mailbox,
		array_remove(array[case when r.may_read then 'Mail.Read' end, case when r.may_send then 'Mail.Send' end], null), p_polls);
end $$;

grant execute on function settings_ticket(text, text) to casegate_app, casegate_admin;
grant execute on function settings_enter(bytea, bytea), settings_sign_in(bytea), settings_leave(bytea), settings_bind(text, boolean) to casegate_web;
