import WarderWorker

runWorker()
