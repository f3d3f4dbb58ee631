/// How far a new file has come when the command that writes it can be killed.
package enum FileStep: String, CaseIterable, Sendable {
    /// An empty file lies beside its place, under a name of its own.
    case begun
    /// The first bytes are in it.
    case written
    /// All bytes are on the disk.
    case synced
    /// It has its name beside the other one. Not where it may take the place of another, nor on file systems without
    /// links.
    case linked
    /// It has its name alone; whether that outlasts a power cut is the file system's affair.
    case named
    /// The name is on the disk as well.
    case placed
}
