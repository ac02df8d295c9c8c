"""One Redis server: connection, commands, what its replies mean, who its peers are."""
