// The Python part of a native module: its text, and its byte code for the Python version it was built with.
//
// `support_source()` of tdsl/emit/bundle.py prints the definitions.
#ifndef TDSL_SOURCE_SUPPORT_HPP
#define TDSL_SOURCE_SUPPORT_HPP

extern const char tdsl_support[];
extern const unsigned char tdsl_support_code[];  // marshalled
extern const unsigned long tdsl_support_code_size;
extern const unsigned long tdsl_support_magic;  // of the byte code, importlib.util.MAGIC_NUMBER as an integer

#endif
