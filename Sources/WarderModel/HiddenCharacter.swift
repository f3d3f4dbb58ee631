/// Characters that show nothing where they stand, drive a terminal, or turn the text around them.
///
/// Two texts that look alike must not differ, and no line may read as something that it is not. This is the one idea of
/// it: what words of people must not have, what a page shows a mark for, and what a terminal gets written out.
package enum HiddenCharacter {
    /// Whether a scalar is one of them. A combining mark is none: it shows itself on the character before it.
    package static func contains(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.value >= 0x20, scalar.value < 0x7F { return false }
        // Fillers and variation selectors are letters or marks by category, and draw nothing; neither does the empty
        // braille pattern.
        if scalar.properties.isDefaultIgnorableCodePoint || scalar == "\u{2800}" { return true }
        return switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned, .privateUse: true
        default: false
        }
    }
}
