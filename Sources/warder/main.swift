import Glibc
import WarderCommands

exit(Program.main(arguments: CommandLine.arguments))
