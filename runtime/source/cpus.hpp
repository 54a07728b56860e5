// The number of CPUs that this process may use.
#ifndef TDSL_SOURCE_CPUS_HPP
#define TDSL_SOURCE_CPUS_HPP

namespace tdsl {

// The CPUs of its affinity mask, limited by the quota of its control groups; at least 1.
int usable_cpus();

// The quota of a process whose groups are listed in the file `groups`, below the folder `root`; 0: no limit.
int granted_cpus(const char *groups, const char *root);

}  // namespace tdsl

#endif
