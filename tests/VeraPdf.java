// Validates PDF files against PDF/UA-1 (ISO 14289-1) with veraPDF; run by tests/verapdf.py.
// Prints one line for each fault: file, rule, message; exits 0 whatever it found.

import java.io.FileInputStream;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;

public class VeraPdf {
  public static void main(String[] files) throws Exception {
    VeraGreenfieldFoundryProvider.initialise();
    for (String file : files) {
      try (PDFAParser parser = Foundries.defaultInstance()
               .createParser(new FileInputStream(file), PDFAFlavour.PDFUA_1);
           PDFAValidator validator = Foundries.defaultInstance()
               .createValidator(PDFAFlavour.PDFUA_1, false)) {
        ValidationResult result = validator.validate(parser);
        System.out.println(file + "\tchecked\t" + result.getTotalAssertions());
        for (TestAssertion found : result.getTestAssertions()) {
          if (found.getStatus() == TestAssertion.Status.FAILED) {
            System.out.println(file + "\t" + found.getRuleId().getClause() + "-"
                + found.getRuleId().getTestNumber() + "\t" + found.getMessage());
          }
        }
      }
    }
  }
}
