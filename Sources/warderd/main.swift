import WarderDaemon

await runDaemon()
