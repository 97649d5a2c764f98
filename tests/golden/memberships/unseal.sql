-- name: unseal.memberships
-- locks: public.memberships, public.players
ALTER TABLE public.memberships DROP CONSTRAINT IF EXISTS unnest_memberships_sealed_to_players;

-- name: unseal.players
-- locks: public.players, public.memberships
ALTER TABLE public.players DROP CONSTRAINT IF EXISTS unnest_players_sealed_to_memberships;
