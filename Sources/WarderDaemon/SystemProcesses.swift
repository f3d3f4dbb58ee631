import WarderCore
import WarderLinux
import WarderModel

/// The machine's processes.
struct SystemProcesses: Processes {
    func hasEnded(_ process: ProcessIdentity) -> Bool { ProcessLife.hasEnded(process) }
}
