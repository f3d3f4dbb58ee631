import Glibc
package import SystemPackage

extension SealedProgram {
    /// The path that a program has in the directory of this one.
    ///
    /// - Throws: where `/proc` is not there.
    package static func path(beside name: String) throws(Errno) -> String {
        guard let own = try linkTarget("/proc/self/exe") else { throw .fileNameTooLong }
        return FilePath(own).removingLastComponent().appending(name).string
    }

    /// A program of the same installation, as it is: whoever could put another one there could as well have put another
    /// in the place of this one.
    ///
    /// - Throws: what the kernel said, such as that there is no such file.
    package static func beside(_ name: String) throws(Errno) -> SealedProgram {
        SealedProgram(file: try Descriptor.open(try path(beside: name), flags: O_RDONLY), isScript: false)
    }
}
